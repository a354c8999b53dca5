// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a failing sequence short by leaving parts out (delta debugging). */
public final class Shrinker {
  private Shrinker() {}

  /**
   * A subsequence of {@code failing} that still fails and from which no single element can be left
   * out.
   *
   * @param failing a sequence for which {@code fails} is true
   * @param fails must give the same answer whenever it is asked the same
   */
  public static <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails) {
    List<T> current = List.copyOf(failing);
    int chunk = Math.max(1, current.size() / 2);
    while (true) {
      List<T> smaller = withoutChunk(current, chunk, fails);
      if (smaller.size() < current.size()) {
        current = smaller;
        chunk = Math.min(chunk, Math.max(1, current.size() / 2));
      } else if (chunk > 1) {
        chunk /= 2;
      } else {
        return current;
      }
    }
  }

  /** Leaves out every chunk that is not needed, from the end to the beginning. */
  private static <T> List<T> withoutChunk(List<T> list, int chunk, Predicate<List<T>> fails) {
    List<T> current = list;
    for (int end = current.size(); end > 0; end -= chunk) {
      int from = Math.max(0, end - chunk);
      List<T> candidate = new ArrayList<>(current.subList(0, from));
      candidate.addAll(current.subList(end, current.size()));
      if (fails.test(candidate)) {
        current = List.copyOf(candidate);
      }
    }
    return current;
  }
}
