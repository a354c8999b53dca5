// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.List;

/** A series of counts as one line of text, scaled from 0 to its peak. */
final class Sparkline {
  private static final String BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
  private static final String ASCII = "_.,:-=+#";

  private Sparkline() {}

  /**
   * Draws the series; where it is longer than {@code width}, each column shows the largest value of
   * its part.
   *
   * @param unicode whether block characters can be shown
   */
  static String of(List<Integer> values, int width, boolean unicode) {
    String levels = unicode ? BARS : ASCII;
    int columns = Math.min(width, values.size());
    int peak = 1;
    for (int value : values) {
      peak = Math.max(peak, value);
    }
    StringBuilder line = new StringBuilder(columns);
    for (int column = 0; column < columns; column++) {
      int from = (int) ((long) column * values.size() / columns);
      int to = (int) ((column + 1L) * values.size() / columns);
      int most = 0;
      for (int value : values.subList(from, to)) {
        most = Math.max(most, value);
      }
      int level = (int) Math.ceil((double) most * levels.length() / peak) - 1;
      line.append(levels.charAt(Math.clamp(level, 0, levels.length() - 1)));
    }
    return line.toString();
  }
}
