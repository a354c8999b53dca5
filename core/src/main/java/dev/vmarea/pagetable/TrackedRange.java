// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.CacheMode;

/**
 * Page frames whose cache mode is settled. Immutable.
 *
 * @param pfn first page frame number
 * @param pages number of frames
 * @param mode how all of them are cached
 */
public record TrackedRange(long pfn, long pages, CacheMode mode) {
  /** Number after that of the last frame. */
  public long end() {
    return pfn + pages;
  }

  /** For messages: frames in hexadecimal and the mode. */
  @Override
  public String toString() {
    return "[" + Long.toHexString(pfn) + ", " + Long.toHexString(end()) + ") " + mode;
  }
}
