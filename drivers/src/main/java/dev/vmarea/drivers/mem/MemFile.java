// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/** How an open file of the device is mapped: checks that all hooks share, and what follows them. */
abstract sealed class MemFile implements FileOperations, VmOperations {
  /** The step behind the checks of a mapping. */
  static final String CHECKED = "mem.mmap.checked";

  private final MemDevice device;
  private final boolean uncached;

  private MemFile(MemDevice device, int openFlags) {
    this.device = device;
    this.uncached = (openFlags & MemDevice.O_DSYNC) != 0;
  }

  /** The old hook. */
  static final class Legacy extends MemFile implements LegacyMmap {
    Legacy(MemDevice device, int openFlags) {
      super(device, openFlags);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      check(vma);
      try {
        vma.remapPfnRange(vma.start(), vma.pgoff(), vma.size(), vma.pageProtection());
      } catch (ErrnoException any) {
        throw Errno.EAGAIN.failure();
      }
    }
  }

  /** The port as posted, with an error hook. */
  static sealed class Posted extends MemFile implements MmapPrepare permits Hidden {
    Posted(MemDevice device, int openFlags) {
      super(device, openFlags);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      check(descriptor);
      descriptor.remapFull(descriptor.pgoff());
      descriptor.errorHook(error -> Errno.EAGAIN);
    }
  }

  /**
   * The port as posted, which nobody finds before its pages are there. It was meant to leave a
   * revocation nothing to miss; but the check comes before the lock, and what is claimed in between
   * is mapped as before.
   */
  static final class Hidden extends Posted {
    Hidden(MemDevice device, int openFlags) {
      super(device, openFlags);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      super.mmapPrepare(descriptor);
      descriptor.hideFromRmapUntilComplete(true);
    }
  }

  /** The port that looks again behind its action, with a constant error. */
  static final class Own extends MemFile implements MmapPrepare {
    Own(MemDevice device, int openFlags) {
      super(device, openFlags);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      check(descriptor);
      descriptor.remapFull(descriptor.pgoff());
      descriptor.errorOverride(Errno.EAGAIN);
    }

    /**
     * A driver claims first and unmaps then, so if it was not seen here, it will find this mapping.
     */
    @Override
    public void mapped(MappedArea area) throws ErrnoException {
      checkAllowed(area.pgoff(), area.size());
    }
  }

  /**
   * The checks, in their order, and what they choose.
   *
   * @throws ErrnoException EINVAL beyond the last physical address, ENOSYS for a private mapping
   *     without an MMU, EPERM for what must not be shown
   */
  final void check(HookedArea area) throws ErrnoException {
    // Linux asks first whether the offset is a physical address and whether the end wraps: a range
    // that lies in the window is and does not, and the error is the same.
    if (!device.window().contains(area.pgoff(), area.pages())) {
      throw Errno.EINVAL.failure();
    }
    if (!device.architecture().hasMmu() && !area.has(VmFlags.MAYSHARE)) {
      throw Errno.ENOSYS.failure();
    }
    checkAllowed(area.pgoff(), area.size());
    area.pageProtection(protection(area.pageProtection(), area.pgoff(), area.pages()));
    area.vmOps(this);
    device.steps().reached(CHECKED);
  }

  final void checkAllowed(long pfn, long bytes) throws ErrnoException {
    if (!device.isAllowed(pfn, bytes)) {
      throw Errno.EPERM.failure();
    }
  }

  /**
   * How it is to be cached. x86 takes what the file was opened for, and its tracking has the last
   * word; others do without a cache also where no RAM is.
   */
  private PageProtection protection(PageProtection before, long pfn, long pages) {
    if (device.architecture().tracksCacheModes()) {
      return before.withCacheMode(uncached ? CacheMode.UNCACHED_MINUS : CacheMode.WRITE_BACK);
    }
    return uncached || !device.isRam(pfn, pages) ? before.noncached() : before;
  }

  /** Offsets are physical addresses, also of the upper half. */
  @Override
  public boolean unsignedOffset() {
    return true;
  }

  @Override
  public boolean canSync() {
    return false;
  }
}
