// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guard markers: what fails there, and what takes them away. Each fact was seen on Linux 6.18. */
class GuardTest {
  private static final long BASE = 0x100000000000L;
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;

  private AddressSpace space;
  private Syscalls calls;
  private Cpu cpu;

  @BeforeEach
  void begin() {
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
    cpu = space.cpu();
    map(0, 8, PRIVATE, null);
  }

  @AfterEach
  void end() {
    cpu.close();
    space.verify();
    space.exit();
  }

  private static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  private void map(long first, long end, int flags, @Nullable OpenFile file) {
    long bytes = Pages.bytes(end - first);
    assertThat(calls.mmap(at(first), bytes, 3, flags, file, 0)).isEqualTo(at(first));
  }

  private long advise(long first, long end, int advice) {
    long result = calls.madvise(at(first), Pages.bytes(end - first), advice);
    space.verify();
    return result;
  }

  private void guard(long first, long end) {
    assertThat(advise(first, end, Advice.GUARD_INSTALL)).isZero();
  }

  private static MemoryFault.@Nullable Cause fault(Runnable access) {
    try {
      access.run();
      return null;
    } catch (MemoryFault fault) {
      return fault.reason();
    }
  }

  private MemoryFault.@Nullable Cause load(long page) {
    return load(cpu, page);
  }

  private static MemoryFault.@Nullable Cause load(Cpu by, long page) {
    return fault(() -> by.loadByte(at(page)));
  }

  private MemoryFault.@Nullable Cause store(long page) {
    return fault(() -> cpu.storeByte(at(page), (byte) 5));
  }

  @Test
  void everyAccessFailsAsIfNothingWereMapped() {
    cpu.storeByte(at(1), (byte) 7);
    guard(1, 3);
    assertThat(load(0)).isNull();
    assertThat(load(1)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(store(2)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(load(3)).isNull();
    assertThat(space.pageTables().runs(at(1), at(3))).isEmpty();
    assertThat(advise(0, 8, Advice.GUARD_REMOVE)).isZero();
    assertThat(cpu.loadByte(at(1))).as("contents are gone").isZero();
    assertThat(store(2)).isNull();
  }

  @Test
  void permissionsAreAskedFirst() {
    guard(0, 2);
    calls.mprotect(at(0), Pages.bytes(8), 0);
    assertThat(load(1)).isEqualTo(MemoryFault.Cause.ACCERR);
    calls.mprotect(at(0), Pages.bytes(8), 1);
    assertThat(store(1)).isEqualTo(MemoryFault.Cause.ACCERR);
    assertThat(load(1)).isEqualTo(MemoryFault.Cause.MAPERR);
  }

  @Test
  void discardingKeepsThem() {
    cpu.storeByte(at(4), (byte) 7);
    guard(0, 2);
    for (int advice : new int[] {Advice.DONTNEED, Advice.FREE, Advice.COLD, Advice.PAGEOUT}) {
      assertThat(advise(0, 8, advice)).isZero();
      assertThat(load(1)).isEqualTo(MemoryFault.Cause.MAPERR);
    }
    assertThat(cpu.loadByte(at(4))).isZero();
    map(1, 2, PRIVATE, null);
    assertThat(load(1)).as("a new mapping").isNull();
    assertThat(load(0)).isEqualTo(MemoryFault.Cause.MAPERR);
  }

  @Test
  void installingOverThemAndRemovingRightsChangesNothing() {
    guard(2, 4);
    cpu.storeByte(at(5), (byte) 1);
    guard(1, 6);
    for (int page = 1; page < 6; page++) {
      assertThat(load(page)).isEqualTo(MemoryFault.Cause.MAPERR);
    }
    calls.mprotect(at(0), Pages.bytes(8), 1);
    calls.mprotect(at(0), Pages.bytes(8), 3);
    assertThat(store(3)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(store(6)).isNull();
  }

  @Test
  void theyMoveWithTheirArea() {
    guard(1, 2);
    cpu.storeByte(at(2), (byte) 9);
    assertThat(calls.mremap(at(0), Pages.bytes(8), Pages.bytes(8), 3, at(20))).isEqualTo(at(20));
    space.verify();
    assertThat(load(21)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(cpu.loadByte(at(22))).isEqualTo((byte) 9);
    assertThat(calls.mremap(at(20), Pages.bytes(8), Pages.bytes(8), 7, at(40))).isEqualTo(at(40));
    assertThat(load(41)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(load(21)).as("left behind by MREMAP_DONTUNMAP").isNull();
  }

  @Test
  void aChildHasThemUnlessItsMemoryIsWiped() throws Exception {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(8));
    map(10, 14, MapFlags.SHARED | MapFlags.FIXED, file);
    guard(0, 2);
    guard(10, 11);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      assertThat(load(other, 1)).isEqualTo(MemoryFault.Cause.MAPERR);
      assertThat(load(other, 10)).isEqualTo(MemoryFault.Cause.MAPERR);
      assertThat(load(other, 2)).isNull();
    }
    child.verify();
    child.exit();
    advise(0, 8, Advice.WIPEONFORK);
    AddressSpace wiped = space.fork(space.task().copy());
    try (Cpu other = wiped.cpu()) {
      assertThat(load(other, 1)).isNull();
    }
    wiped.exit();
  }

  @Test
  void cuttingTheFileKeepsThem() {
    OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(8));
    map(10, 18, MapFlags.SHARED | MapFlags.FIXED, file);
    for (int page = 10; page < 18; page++) {
      assertThat(store(page)).isNull();
    }
    guard(10, 14);
    file.inode().truncate(Pages.bytes(2));
    assertThat(load(10)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(load(13)).as("also behind the end").isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(load(15)).isEqualTo(MemoryFault.Cause.BUS);
    file.inode().truncate(Pages.bytes(8));
    assertThat(load(13)).isEqualTo(MemoryFault.Cause.MAPERR);
    assertThat(advise(10, 14, Advice.REMOVE)).isZero();
    assertThat(load(10)).isEqualTo(MemoryFault.Cause.MAPERR);
    advise(10, 18, Advice.GUARD_REMOVE);
    assertThat(load(10)).isNull();
  }

  @Test
  void fillingFailsAtThem() {
    guard(2, 3);
    assertThat(advise(0, 8, Advice.POPULATE_READ)).isEqualTo(Errno.EFAULT.negated());
    assertThat(advise(0, 8, Advice.POPULATE_WRITE)).isEqualTo(Errno.EFAULT.negated());
    assertThat(advise(3, 8, Advice.POPULATE_WRITE)).isZero();
    assertThat(calls.mlock(at(0), Pages.bytes(8))).isEqualTo(Errno.ENOMEM.negated());
    assertThat(advise(4, 5, Advice.GUARD_INSTALL)).isEqualTo(Errno.EINVAL.negated());
    assertThat(advise(2, 3, Advice.GUARD_REMOVE)).as("of locked memory").isZero();
    assertThat(load(2)).isNull();
  }
}
