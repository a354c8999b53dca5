// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.util.List;

/** What a file of the device shows: the way from a mapping to a BAR, with its own checks. */
sealed interface PciResources {
  /**
   * The BAR that a mapping is of.
   *
   * @param pgoff offset in the BAR, in pages
   * @param combining whether stores may be combined
   */
  record Choice(PciBar bar, long pgoff, boolean combining) {}

  /**
   * Chooses.
   *
   * @param pgoff the mapping's offset, in pages
   * @param pages its length
   * @throws ErrnoException EPERM for who may not; EINVAL for a resource of the wrong kind or one
   *     that is claimed; in procfs ENODEV if it fits into no BAR, in sysfs EINVAL
   */
  Choice choose(long pgoff, long pages) throws ErrnoException;

  /**
   * procfs: all BARs, by physical address.
   *
   * @param ioSpace whether the file is set to I/O space, which x86 has no mappings of
   * @param combining whether it is set to write combining
   */
  record Procfs(List<PciBar> bars, boolean mayMap, boolean ioSpace, boolean combining)
      implements PciResources {
    @Override
    public Choice choose(long pgoff, long pages) throws ErrnoException {
      if (!mayMap) {
        throw Errno.EPERM.failure();
      }
      if (ioSpace) {
        throw Errno.EINVAL.failure();
      }
      for (PciBar bar : bars) {
        long inside = pgoff - bar.window().firstPfn();
        if (bar.window().contains(inside, pages)) {
          if (combining && !bar.prefetchable() || bar.exclusive()) {
            throw Errno.EINVAL.failure();
          }
          return new Choice(bar, inside, combining);
        }
      }
      throw Errno.ENODEV.failure();
    }
  }

  /** sysfs: one BAR, from its beginning. */
  record Sysfs(PciBar bar, boolean lockedDown, boolean combining) implements PciResources {
    @Override
    public Choice choose(long pgoff, long pages) throws ErrnoException {
      if (lockedDown) {
        throw Errno.EPERM.failure();
      }
      if (bar.exclusive() || !bar.window().contains(pgoff, pages)) {
        throw Errno.EINVAL.failure();
      }
      return new Choice(bar, pgoff, combining);
    }
  }
}
