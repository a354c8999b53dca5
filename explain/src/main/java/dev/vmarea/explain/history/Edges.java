// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.space.VmaCursor;
import dev.vmarea.space.VmaLayout;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/** Walks over the edges of VMAs in a window, lowest first. For one thread. */
final class Edges {
  /** An area begins there, above a hole. */
  static final int BEGINS = 1;

  /** An area ends there, below a hole. */
  static final int ENDS = 2;

  /** Two areas meet there. */
  static final int MEET = BEGINS | ENDS;

  private final VmaCursor cursor;
  private final long high;
  private @Nullable Vma vma;
  private boolean atEnd;
  private int starts;
  private long address;
  private int kind;

  Edges(VmaLayout layout, AddressWindow window) {
    cursor = layout.cursor();
    high = window.high();
    vma = cursor.seek(Math.max(0, window.low() - 1));
    Vma first = vma;
    // The area that reaches into the window from below has only its end in it.
    atEnd = first != null && first.start() < window.low();
    next();
  }

  /** Moves on; {@link #kind} is 0 behind the last edge. */
  void next() {
    Vma one = vma;
    kind = 0;
    address = Long.MAX_VALUE;
    if (one == null || (atEnd ? one.end() : one.start()) > high) {
      return;
    }
    if (!atEnd) {
      starts++;
      address = one.start();
      kind = BEGINS;
      atEnd = true;
      return;
    }
    address = one.end();
    kind = ENDS;
    Vma above = cursor.next();
    if (above != null && above.start() == address) {
      starts++;
      kind = MEET;
    } else {
      atEnd = false;
    }
    vma = above;
  }

  /** The address of this edge; above all addresses behind the last one. */
  long address() {
    return address;
  }

  /** What this edge is, or 0 behind the last one. */
  int kind() {
    return kind;
  }

  /** Areas that begin in the window, of those walked over. */
  int starts() {
    return starts;
  }
}
