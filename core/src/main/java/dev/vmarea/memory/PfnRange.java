// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

/**
 * The page frames [start, end). Immutable.
 *
 * @param start number of the first frame
 * @param end number after that of the last one, above {@code start}
 */
public record PfnRange(long start, long end) {
  /** Checks the order. */
  public PfnRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "no frames in [" + Long.toHexString(start) + ", " + Long.toHexString(end) + ")");
    }
  }

  /** Number of frames. */
  public long pages() {
    return end - start;
  }
}
