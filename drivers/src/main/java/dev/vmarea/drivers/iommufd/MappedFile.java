// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;

/**
 * The port as it should be, with {@code mapped}: a mapping has a region when it has become a user
 * of its owner, and not before. What was looked up for the remap may have gone by then, or its
 * offset may lead to another region, so all of it is looked up and compared again. Until {@code
 * mapped} has failed, other threads of the process can reach registers that are no longer theirs:
 * nothing that this kind of hook can do prevents that.
 *
 * <p>What else the review asked for: any shared mapping will do, also of a file opened read-only;
 * the offset stays. Beyond that the mapping can never become executable, which the check alone does
 * not see to.
 */
final class MappedFile extends IommufdFile implements MmapPrepare {
  /**
   * What a mapping has instead of a region until it counts: the address that was remapped, a mere
   * number.
   */
  private record Remapped(long physical) {}

  MappedFile(IommufdContext context) {
    super(context);
  }

  @Override
  boolean isShared(long vmFlags) {
    return !VmFlags.isCow(vmFlags);
  }

  /** {@inheritDoc} ENXIO if there is no such region; {@link #check}. */
  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    check(descriptor);
    Remapped remapped =
        context()
            .regions()
            .read(
                offset(descriptor),
                found ->
                    found.isExactly(descriptor.pgoff(), descriptor.size())
                        ? new Remapped(found.physical())
                        : null);
    if (remapped == null) {
      throw Errno.ENXIO.failure();
    }
    reached(LOOKED_UP);
    descriptor.vmFlags(descriptor.vmFlags() & ~VmFlags.MAYEXEC);
    descriptor.privateData(remapped);
    descriptor.vmOps(this);
    descriptor.pageProtection(descriptor.pageProtection().noncached());
    descriptor.ioRemapFull(Pages.count(remapped.physical()));
  }

  /**
   * {@inheritDoc} ENXIO if the region is not what was remapped, or its owner is being destroyed.
   */
  @Override
  public void mapped(MappedArea area) throws ErrnoException {
    reached(REMAPPED);
    MmioRegion region =
        context()
            .regions()
            .read(
                Pages.bytes(area.pgoff()),
                found ->
                    isRemapped(found, area) && found.owner().users().incrementNotZero()
                        ? found
                        : null);
    if (region == null) {
      throw Errno.ENXIO.failure();
    }
    area.privateData(region);
    reached(COUNTED);
  }

  private static boolean isRemapped(MmioRegion found, MappedArea area) {
    return found.isExactly(area.pgoff(), area.size())
        && area.privateData() instanceof Remapped remapped
        && remapped.physical() == found.physical();
  }
}
