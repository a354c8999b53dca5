// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

/**
 * How the areas of a cause lie. Immutable.
 *
 * @param stride the most frequent distance from one to the next, bytes; 0 if none stands out
 * @param strideCount how often it occurs
 * @param size the most frequent length of the area on the upper side of a boundary, bytes
 * @param sizeCount how often it occurs
 */
public record Pattern(long stride, int strideCount, long size, int sizeCount) {
  /** Nothing stands out. */
  public static final Pattern NONE = new Pattern(0, 0, 0, 0);
}
