// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

/**
 * One line {@code Name: value} of an smaps entry.
 *
 * @param name the label without its colon
 * @param value the number
 * @param kilobytes whether {@code kB} stands behind it
 */
public record SmapsField(String name, long value, boolean kilobytes) {
  private static final int LABEL = 16;
  private static final int WIDTH = 24;

  String text() {
    StringBuilder out = new StringBuilder(32).append(name).append(':');
    // A label that fills its column gets one more, at the number's cost (Private_Hugetlb).
    int column = Math.max(LABEL, out.length() == LABEL ? LABEL + 1 : out.length());
    out.repeat(' ', column - out.length());
    String number = Long.toUnsignedString(value);
    out.repeat(' ', Math.max(0, WIDTH - column - number.length())).append(number);
    return out.append(kilobytes ? " kB" : "").toString();
  }
}
