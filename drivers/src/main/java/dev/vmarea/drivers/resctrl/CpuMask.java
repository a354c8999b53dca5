// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A set of processors.
 *
 * @param bits bit n for processor n, 0 to 63
 */
record CpuMask(long bits) {
  private static final Pattern PART = Pattern.compile("([0-9]{1,2})(?:-([0-9]{1,2}))?");
  private static final int MOST = 63;

  /**
   * The set of a list such as 0-3,8.
   *
   * @throws IllegalArgumentException if it is no such list, or names a processor above 63
   */
  static CpuMask parse(String list) {
    long bits = 0;
    for (String part : list.split(",", -1)) {
      Matcher matcher = PART.matcher(part);
      int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
      int last =
          first >= 0 && matcher.group(2) != null ? Integer.parseInt(matcher.group(2)) : first;
      if (first < 0 || last < first || last > MOST) {
        throw new IllegalArgumentException(list + ": processors expected, as in 0-3,8");
      }
      bits |= (-1L >>> MOST - (last - first)) << first;
    }
    return new CpuMask(bits);
  }

  /** Whether all of it are in {@code other}. */
  boolean isSubsetOf(CpuMask other) {
    return (bits & ~other.bits) == 0;
  }
}
