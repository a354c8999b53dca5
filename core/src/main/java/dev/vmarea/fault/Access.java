// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.PageProtection;

/** What memory is touched for, and what an entry must say to allow it. */
public enum Access {
  READ(PageProtection.PRESENT, 0),
  WRITE(PageProtection.PRESENT | PageProtection.WRITE, 0),
  EXECUTE(PageProtection.PRESENT, PageProtection.NO_EXECUTE);

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

  /** Whether an entry allows the access. */
  public boolean isAllowedBy(long entry) {
    return (entry & (needed | forbidden)) == needed;
  }
}
