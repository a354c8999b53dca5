// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * What all hooks of an open file of {@code /dev/iommu} have in common. A mapping keeps its region
 * as private data, and is a user of the region's owner; who is duplicated or goes counts itself.
 * The first count is what the hooks differ in: see {@link LegacyFile}, {@link PostedFile} and
 * {@link MappedFile}.
 */
abstract sealed class IommufdFile implements FileOperations, VmOperations
    permits LegacyFile, PostedFile, MappedFile {
  /** The region has been looked up. */
  static final String LOOKED_UP = "iommufd.mmap.looked-up";

  /** The registers are in the page tables. */
  static final String REMAPPED = "iommufd.mmap.remapped";

  /** The mapping is a user of the region's owner. */
  static final String COUNTED = "iommufd.mmap.counted";

  private final IommufdContext context;

  IommufdFile(IommufdContext context) {
    this.context = context;
  }

  final IommufdContext context() {
    return context;
  }

  final void reached(String step) {
    context.steps().reached(step);
  }

  /**
   * The checks that need no region. The first of Linux, whether the length is of whole pages, never
   * failed: it always is.
   *
   * @throws ErrnoException EINVAL if it is not shared with the right to write, EPERM if executable
   */
  final void check(HookedArea area) throws ErrnoException {
    if (!isShared(area.vmFlags())) {
      throw Errno.EINVAL.failure();
    }
    if (area.has(VmFlags.EXEC)) {
      throw Errno.EPERM.failure();
    }
  }

  /** A mapping of a file that was opened read-only does not have the flag asked for here. */
  boolean isShared(long vmFlags) {
    return VmFlags.has(vmFlags, VmFlags.SHARED);
  }

  /** Where mmap looks for its region, in bytes. */
  static long offset(HookedArea area) {
    return Pages.bytes(area.pgoff());
  }

  /**
   * Only the whole of a region is mapped.
   *
   * @throws ErrnoException ENXIO for a part of it, or more
   */
  static void match(HookedArea area, MmioRegion region) throws ErrnoException {
    region.use("mmap");
    if (!region.isExactly(area.pgoff(), area.size())) {
      throw Errno.ENXIO.failure();
    }
  }

  /** What the mapping is like; with the offset dropped, which is a mistake that nobody mended. */
  final void describe(HookedArea area, MmioRegion region) {
    area.pgoff(0);
    area.privateData(region);
    area.vmOps(this);
    area.pageProtection(area.pageProtection().noncached());
  }

  /** The region of a mapping, or null if it is none yet. */
  static @Nullable MmioRegion region(Vma vma) {
    return vma.privateData() instanceof MmioRegion region ? region : null;
  }

  @Override
  public final boolean hasClose() {
    return true;
  }

  @Override
  public final void open(Vma vma) {
    MmioRegion region = region(vma);
    if (region != null) {
      count(region, "vm_ops.open");
    }
  }

  /** One user more, of whom it is believed that there is another one. */
  static void count(MmioRegion region, String by) {
    region.use(by);
    region.owner().use(by);
    region.owner().users().increment();
  }

  @Override
  public final void close(Vma vma) {
    MmioRegion region = region(vma);
    if (region != null) {
      region.use("vm_ops.close");
      region.owner().use("vm_ops.close");
      region.owner().users().decrement();
    }
  }

  @Override
  public final void release(OpenFile file) {
    context.release();
  }

  @Override
  public final boolean canSync() {
    return false;
  }
}
