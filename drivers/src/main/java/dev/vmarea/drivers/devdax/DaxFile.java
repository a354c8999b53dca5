// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/** How an open file of the device is mapped, and its faults: the same for both hooks. */
abstract sealed class DaxFile implements FileOperations, VmOperations {
  /** The step behind the checks of a mapping. */
  static final String CHECKED = "devdax.mmap.checked";

  private final DaxDevice device;

  private DaxFile(DaxDevice device) {
    this.device = device;
  }

  /** The old hook, which looks at the file that the VMA holds. */
  static final class Legacy extends DaxFile implements LegacyMmap {
    Legacy(DaxDevice device) {
      super(device);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      map(vma, vma.file());
    }
  }

  /** The port, which looks at the file that is mapped. */
  static final class Port extends DaxFile implements MmapPrepare {
    Port(DaxDevice device) {
      super(device);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      map(descriptor, descriptor.file());
    }
  }

  /** Checks, callbacks, huge pages. */
  final void map(HookedArea area, @Nullable OpenFile file) throws ErrnoException {
    check(area.vmFlags(), area.start(), area.end(), file);
    area.vmOps(this);
    area.addFlags(VmFlags.HUGEPAGE);
    device.steps().reached(CHECKED);
  }

  /**
   * What must hold for a mapping, in this order; asked at each fault again.
   *
   * @throws ErrnoException ENXIO for a killed device; EINVAL unless MAP_SHARED was asked for, for
   *     ends that are not multiples of the alignment, and for a file without DAX
   */
  private void check(long flags, long start, long end, @Nullable OpenFile file)
      throws ErrnoException {
    if (!device.isAlive()) {
      throw Errno.ENXIO.failure();
    }
    boolean shared = VmFlags.has(flags, VmFlags.MAYSHARE);
    boolean aligned = ((start | end) & device.alignment() - 1) == 0;
    if (!shared || !aligned || file == null || !file.inode().isDax()) {
      throw Errno.EINVAL.failure();
    }
  }

  @Override
  public boolean hasFault() {
    return true;
  }

  @Override
  public FaultContext.Result fault(FaultContext fault) {
    return answer(fault, 0);
  }

  @Override
  public FaultContext.Result hugeFault(FaultContext fault, int level) {
    return answer(fault, level);
  }

  /** Entries are of the alignment's size and no other. */
  private FaultContext.Result answer(FaultContext fault, int level) {
    Vma vma = fault.vma();
    long bytes = device.entrySize(level);
    try {
      check(vma.flags(), vma.start(), vma.end(), vma.file());
    } catch (ErrnoException refused) {
      return FaultContext.Result.SIGBUS;
    }
    if (bytes > device.alignment() && level > 0) {
      return FaultContext.Result.FALLBACK;
    }
    if (bytes != device.alignment()) {
      return FaultContext.Result.SIGBUS;
    }
    long start = fault.address() & -bytes;
    if (start < vma.start() || start + bytes > vma.end()) {
      return FaultContext.Result.SIGBUS;
    }
    long pfn = device.find(vma.pgoffAt(start), Pages.count(bytes));
    if (pfn < 0) {
      return FaultContext.Result.SIGBUS;
    }
    // A mapping whose offset is not a multiple of the alignment has no frames that suit a huge
    // entry. Nothing refuses it before; here it falls back to entries that are too small.
    return level == 0 ? fault.insertPfn(pfn) : fault.insertHuge(level, pfn);
  }

  @Override
  public @Nullable Errno maySplit(Vma vma, long address) {
    return (address & device.alignment() - 1) == 0 ? null : Errno.EINVAL;
  }

  @Override
  public Placement placement() {
    return Placement.OWN;
  }

  @Override
  public long alignment() {
    return device.alignment();
  }

  @Override
  public boolean supportsSync() {
    return true;
  }

  @Override
  public boolean canSync() {
    return false;
  }
}
