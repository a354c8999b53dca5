// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.space.Mm;

/**
 * pkey_alloc on a processor without protection keys; those that have them are not modelled.
 * Observed on Linux 6.18, x86-64: the first pkey_alloc of an address space finds key 0, cannot set
 * its rights and cannot give it back, so that all later ones find none left.
 */
public final class ProtectionKeyOperation {
  private static final long KNOWN_RIGHTS = 3;

  private final Mm mm;

  /** Keys of {@code mm}. */
  public ProtectionKeyOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * pkey_alloc(2): always fails.
   *
   * @throws ErrnoException EINVAL for flags, unknown rights, and the first time; else ENOSPC
   */
  public void allocate(long flags, long rights) throws ErrnoException {
    if (flags != 0 || (rights & ~KNOWN_RIGHTS) != 0) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      throw (mm.takeProtectionKey() ? Errno.EINVAL : Errno.ENOSPC).failure();
    } finally {
      mm.lock().unlock();
    }
  }
}
