// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;

/**
 * The port as posted: the success hook counts. Between lookup and count lies even more than with
 * the old hook, and a remap that fails is unmapped again: {@code close} takes back what was never
 * given.
 */
final class PostedFile extends IommufdFile implements MmapPrepare {
  PostedFile(IommufdContext context) {
    super(context);
  }

  /** {@inheritDoc} ENXIO if there is no such region; {@link #check}. */
  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    check(descriptor);
    MmioRegion region = context().regions().load(offset(descriptor));
    if (region == null) {
      throw Errno.ENXIO.failure();
    }
    reached(LOOKED_UP);
    match(descriptor, region);
    describe(descriptor, region);
    descriptor.ioRemapFull(region.firstPfn());
    descriptor.successHook(vma -> {
      reached(REMAPPED);
      count(region, "the success hook");
      reached(COUNTED);
    });
  }
}
