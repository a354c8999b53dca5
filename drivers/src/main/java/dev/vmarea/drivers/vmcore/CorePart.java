// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.drivers.region.PfnWindow;
import java.util.List;
import java.util.stream.LongStream;

/** A part of the file, or a piece of one. Immutable. */
sealed interface CorePart {
  /** Its length in pages. */
  long pages();

  /** The {@code count} pages from {@code first} on. */
  CorePart piece(long first, long count);

  /** Frames that follow each other: the header, which is RAM, or old memory, which is not. */
  record Frames(PfnWindow window, boolean isRam) implements CorePart {
    @Override
    public long pages() {
      return window.pages();
    }

    @Override
    public Frames piece(long first, long count) {
      return new Frames(new PfnWindow(window.pfn(first), count), isRam);
    }

    /** The frames one by one. */
    List<Long> pfns() {
      return LongStream.range(0, pages()).map(window::pfn).boxed().toList();
    }
  }

  /** Pages from wherever the kernel had some: the notes. */
  record Scattered(List<Long> pfns) implements CorePart {
    public Scattered {
      pfns = List.copyOf(pfns);
    }

    @Override
    public long pages() {
      return pfns.size();
    }

    @Override
    public Scattered piece(long first, long count) {
      return new Scattered(pfns.subList((int) first, (int) (first + count)));
    }
  }
}
