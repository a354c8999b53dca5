// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;

/** Vmarea's address space: the whole calls, with every check, limit, charge and counter. */
public final class ModelSubject implements Subject {
  private static final long MMAP_BASE = 0x7fff_f7ff_f000L;
  private static final int PRIVATE_ANONYMOUS = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
  private static final int READ_WRITE = 3;

  private final AddressSpace space;
  private final Syscalls calls;

  /** An empty address space whose map limit does not matter. */
  public ModelSubject() {
    KernelConfig config = KernelConfig.standard().withMaxMapCount(Integer.MAX_VALUE);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = MMAP_BASE;
    space = new Machine(config, Profile.LINUX_6_18).newAddressSpace(layout, Task.unprivileged());
    calls = space.syscalls();
  }

  /** The address space. */
  public AddressSpace space() {
    return space;
  }

  private static long checked(long result) {
    if (result < 0) {
      throw new IllegalStateException("the model answers " + result);
    }
    return result;
  }

  @Override
  public void map(long start, long end, int prot) {
    checked(calls.mmap(start, end - start, prot, PRIVATE_ANONYMOUS | MapFlags.FIXED, null, 0));
  }

  @Override
  public void unmap(long start, long end) {
    checked(calls.munmap(start, end - start));
  }

  @Override
  public void protect(long start, long end, int prot) {
    checked(calls.mprotect(start, end - start, prot));
  }

  @Override
  public int count() {
    return space.mapCount();
  }

  @Override
  public void mapAnywhere(long bytes) {
    long at = checked(calls.mmap(0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, null, 0));
    checked(calls.munmap(at, bytes));
  }

  @Override
  public long lookup(long address) {
    Vma vma = space.lookup(address);
    if (vma == null) {
      throw new IllegalStateException("nothing found");
    }
    return vma.start();
  }

  @Override
  public long gapBelow(long high, long bytes) {
    return checked(space.mm().tree().findGapBelow(Arena.PAGE, high, bytes));
  }

  @Override
  public long gapAbove(long low, long bytes) {
    return checked(space.mm().tree().findGapAbove(low, KernelConfig.TASK_SIZE_47, bytes));
  }
}
