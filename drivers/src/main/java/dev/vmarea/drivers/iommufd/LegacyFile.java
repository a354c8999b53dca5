// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/** The old hook, in the three forms that it had. */
final class LegacyFile extends IommufdFile implements LegacyMmap {
  /** When and how the mapping becomes a user of the region's owner. */
  enum Count {
    /** At the end, when everything may be gone (the base of the series). */
    LATE,
    /** With the lookup, even if the owner has no users any more (first posted fix). */
    BLIND,
    /** With the lookup, unless the owner has no users any more (merged for 6.17). */
    NOT_ZERO
  }

  private final Count count;

  LegacyFile(IommufdContext context, Count count) {
    super(context);
    this.count = count;
  }

  /** {@inheritDoc} ENXIO if there is no such region; what the remap says; {@link #check}. */
  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    check(vma);
    MmioRegion region = lookUp(offset(vma));
    if (region == null) {
      throw Errno.ENXIO.failure();
    }
    reached(LOOKED_UP);
    boolean mapped = false;
    try {
      match(vma, region);
      describe(vma, region);
      vma.ioRemapPfnRange(vma.start(), region.firstPfn(), vma.size(), vma.pageProtection());
      mapped = true;
    } finally {
      if (!mapped && count != Count.LATE) {
        region.owner().users().decrement();
      }
    }
    reached(REMAPPED);
    if (count == Count.LATE) {
      count(region, "mmap");
    }
    reached(COUNTED);
  }

  private @Nullable MmioRegion lookUp(long offset) {
    return context().regions().read(offset, region -> isTaken(region) ? region : null);
  }

  /** With the tree's lock held. */
  private boolean isTaken(MmioRegion region) {
    return switch (count) {
      case LATE -> true;
      case BLIND -> {
        count(region, "mmap");
        yield true;
      }
      case NOT_ZERO -> region.owner().users().incrementNotZero();
    };
  }
}
