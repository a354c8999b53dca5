// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two maps compared byte for byte, and the lines in which they differ, aligned by address.
 *
 * @param identical whether every byte is equal
 * @param different number of lines that differ (a changed line counts once)
 * @param lines the first of them, in order of address, at most {@link #MAX_LINES}
 */
public record MapComparison(boolean identical, long different, List<DiffLine> lines) {
  /** Lines kept of a comparison. */
  public static final int MAX_LINES = 200;

  public MapComparison {
    lines = List.copyOf(lines);
  }

  /** Compares the texts of two maps. */
  public static MapComparison of(byte[] expected, byte[] actual) {
    if (Arrays.equals(expected, actual)) {
      return new MapComparison(true, 0, List.of());
    }
    Cursor e = new Cursor(expected);
    Cursor a = new Cursor(actual);
    List<DiffLine> lines = new ArrayList<>();
    long different = 0;
    while (!e.atEnd() || !a.atEnd()) {
      boolean takeExpected = !e.atEnd();
      boolean takeActual = !a.atEnd();
      // Lines with one start or one end show the same area before and after a change.
      if (takeExpected && takeActual && e.end != a.end) {
        int order = Long.compareUnsigned(e.start, a.start);
        takeExpected = order <= 0;
        takeActual = order >= 0;
      }
      if (!(takeExpected && takeActual && e.sameLine(a))) {
        different++;
        if (lines.size() < MAX_LINES) {
          lines.add(new DiffLine(takeExpected ? e.line() : null, takeActual ? a.line() : null));
        }
      }
      if (takeExpected) {
        e.next();
      }
      if (takeActual) {
        a.next();
      }
    }
    return new MapComparison(false, different, lines);
  }

  /** Steps through the lines of a map. */
  private static final class Cursor {
    private final byte[] text;
    private int from;
    private int to;
    private long start;
    private long end;

    Cursor(byte[] text) {
      this.text = text;
      find();
    }

    boolean atEnd() {
      return from >= text.length;
    }

    void next() {
      from = to + 1;
      find();
    }

    private void find() {
      to = from;
      while (to < text.length && text[to] != '\n') {
        to++;
      }
      start = 0;
      end = 0;
      int p = from;
      for (int digit; p < to && (digit = Character.digit(text[p], 16)) >= 0; p++) {
        start = start << 4 | digit;
      }
      for (int digit; ++p < to && (digit = Character.digit(text[p], 16)) >= 0; ) {
        end = end << 4 | digit;
      }
    }

    // A last line without line end is not the same line.
    boolean sameLine(Cursor other) {
      return Arrays.equals(text, from, lineEnd(), other.text, other.from, other.lineEnd());
    }

    private int lineEnd() {
      return Math.min(text.length, to + 1);
    }

    @Nullable String line() {
      return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    }
  }
}
