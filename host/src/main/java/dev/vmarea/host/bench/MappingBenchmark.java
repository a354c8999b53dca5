// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import java.util.ArrayList;
import java.util.List;

/**
 * The benchmarks that gVisor publishes for its memory manager
 * (test/perf/linux/mapping_benchmark.cc), with its names and sizes; what each does was written anew
 * from its description.
 */
enum MappingBenchmark {
  /** Maps pages and unmaps them, untouched. */
  MAP_UNMAP("BM_MapUnmap", 1 << 17, false) {
    @Override
    void run(TouchedMemory memory, int pages) {
      long at = memory.map(Pages.bytes(pages), READ_WRITE, PRIVATE);
      memory.unmap(at, Pages.bytes(pages));
    }
  },

  /** Maps pages, stores a byte into each, and unmaps them. */
  MAP_TOUCH_UNMAP("BM_MapTouchUnmap", 1 << 17, true) {
    @Override
    void run(TouchedMemory memory, int pages) {
      long at = memory.map(Pages.bytes(pages), READ_WRITE, PRIVATE);
      for (int i = 0; i < pages; i++) {
        memory.store(at + Pages.bytes(i), VALUE);
      }
      memory.unmap(at, Pages.bytes(pages));
    }
  },

  /** Maps and touches pages one by one, then unmaps each. */
  MAP_TOUCH_MANY("BM_MapTouchMany", 1 << 12, true) {
    @Override
    void run(TouchedMemory memory, int pages) {
      long[] places = new long[pages];
      for (int i = 0; i < pages; i++) {
        places[i] = memory.map(Pages.SIZE, READ_WRITE, PRIVATE);
        memory.store(places[i], VALUE);
      }
      for (long place : places) {
        memory.unmap(place, Pages.SIZE);
      }
    }
  };

  private static final int READ_WRITE = Prot.READ | Prot.WRITE;
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
  private static final byte VALUE = 42;
  private static final int FACTOR = 8;
  private static final int MOST_ITERATIONS = 1000;

  private final String title;
  private final int most;
  private final boolean touches;

  MappingBenchmark(String title, int most, boolean touches) {
    this.title = title;
    this.most = most;
    this.touches = touches;
  }

  /** gVisor's name with its parameter. */
  String title(int pages) {
    return title + "/" + pages;
  }

  /** The numbers of pages it is run with: powers of eight, and the largest. */
  List<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    for (int pages = 1; pages < most; pages *= FACTOR) {
      sizes.add(pages);
    }
    sizes.add(most);
    return sizes;
  }

  /**
   * Iterations that touch so many pages together, or one; as many as are useful without touching.
   */
  int iterations(int pages, int touched) {
    return touches ? Math.clamp(touched / pages, 1, MOST_ITERATIONS) : MOST_ITERATIONS;
  }

  /** One iteration. */
  abstract void run(TouchedMemory memory, int pages);
}
