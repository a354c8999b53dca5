// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.PageProtection;

/**
 * What memory is touched for, and what an entry must say to allow it: also that there was such an
 * access already. A processor sets accessed and dirty by itself; here a fault does.
 */
public enum Access {
  READ(PageProtection.PRESENT | PageProtection.ACCESSED, 0),
  WRITE(
      PageProtection.PRESENT
          | PageProtection.ACCESSED
          | PageProtection.WRITE
          | PageProtection.DIRTY,
      0),
  EXECUTE(PageProtection.PRESENT | PageProtection.ACCESSED, PageProtection.NO_EXECUTE);

  private final long needed;
  private final long forbidden;

  Access(long needed, long forbidden) {
    this.needed = needed;
    this.forbidden = forbidden;
  }

  /** Bits of {@link PageProtection} that the entry must have. */
  public long needed() {
    return needed;
  }

  /** Bits that it must not have. */
  public long forbidden() {
    return forbidden;
  }

  /** Whether an entry would allow the access, be it noted in the entry already or not. */
  public boolean isPermittedBy(long entry) {
    return isAllowedBy(entry | PageProtection.ACCESSED | PageProtection.DIRTY);
  }

  /** Whether an entry allows the access, and says that there was one. */
  public boolean isAllowedBy(long entry) {
    return (entry & (needed | forbidden)) == needed;
  }
}
