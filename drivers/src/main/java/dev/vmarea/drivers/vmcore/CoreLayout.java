// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.drivers.region.PfnWindow;
import java.util.ArrayList;
import java.util.List;

/** The parts of the file, one behind the other. Counts pages. Immutable. */
record CoreLayout(List<CorePart> parts) {
  CoreLayout {
    parts = List.copyOf(parts);
  }

  /** Length of the file. */
  long pages() {
    return parts.stream().mapToLong(CorePart::pages).sum();
  }

  /** Whether [pgoff, pgoff + count) lies in the file. */
  boolean contains(long pgoff, long count) {
    return new PfnWindow(0, pages()).contains(pgoff, count);
  }

  /** What lies at [pgoff, pgoff + count), which is inside, in order: pieces of parts. */
  List<CorePart> pieces(long pgoff, long count) {
    List<CorePart> pieces = new ArrayList<>();
    long at = 0;
    for (CorePart part : parts) {
      long from = Math.max(pgoff, at);
      long to = Math.min(pgoff + count, at + part.pages());
      if (from < to) {
        pieces.add(part.piece(from - at, to - from));
      }
      at += part.pages();
    }
    return pieces;
  }
}
