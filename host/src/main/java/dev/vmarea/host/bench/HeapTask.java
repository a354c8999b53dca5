// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.lang.ref.Reference;
import java.util.Map;
import java.util.function.Supplier;

/** Bytes of heap a mapping costs, all structures included. */
final class HeapTask implements Task {
  static final String BYTES = "bytes";

  private final Supplier<? extends Subject> empty;
  private final int mappings;

  HeapTask(Supplier<? extends Subject> empty, int mappings) {
    this.empty = empty;
    this.mappings = mappings;
    empty.get().map(Arena.BASE, Arena.BASE + Arena.PAGE, 1); // so that its classes are there
  }

  @Override
  public Map<String, Double> round() {
    long before = used();
    Subject subject = empty.get();
    try {
      new Arena(mappings, 1).build(subject);
      return Map.of(BYTES, (double) (used() - before) / mappings);
    } finally {
      Reference.reachabilityFence(subject);
    }
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
