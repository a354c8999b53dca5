// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import java.util.LinkedHashMap;
import java.util.Map;

/** gVisor's mapping benchmarks: nanoseconds an iteration, by their names. */
final class MappingTask implements Task {
  static final String PAGE_FAULT = "BM_PageFault";

  /** Pages of the region of the faults: every other one is an area of its own to fault in. */
  private static final int FAULT_PAGES = 64_001;

  /** Pages that each benchmark touches in a round, about; at least one iteration. */
  private static final int PAGES = 4096;

  private static final int CHUNK = 16;

  private final TouchedMemory memory;
  private final long region;
  private long sink;

  MappingTask(TouchedMemory memory) {
    this.memory = memory;
    int flags = MapFlags.SHARED | MapFlags.ANONYMOUS | MapFlags.POPULATE;
    region = memory.map(Pages.bytes(FAULT_PAGES), Prot.READ, flags);
    for (int page = 1; page < FAULT_PAGES; page += 2) {
      memory.protect(region + Pages.bytes(page), Pages.SIZE, 0);
    }
  }

  @Override
  public Map<String, Double> round() {
    Map<String, Double> results = new LinkedHashMap<>();
    results.put(PAGE_FAULT, faults());
    for (MappingBenchmark benchmark : MappingBenchmark.values()) {
      for (int pages : benchmark.sizes()) {
        results.put(benchmark.title(pages), time(benchmark, pages));
      }
    }
    return results;
  }

  private double time(MappingBenchmark benchmark, int pages) {
    int iterations = benchmark.iterations(pages, PAGES);
    ChunkTimes times = new ChunkTimes();
    for (int done = 0; done < iterations; ) {
      int chunk = Math.min(CHUNK, iterations - done);
      long begun = System.nanoTime();
      for (int i = 0; i < chunk; i++) {
        benchmark.run(memory, pages);
      }
      times.add(begun, chunk);
      done += chunk;
    }
    return times.median();
  }

  private double faults() {
    memory.discard(region, Pages.bytes(FAULT_PAGES));
    ChunkTimes times = new ChunkTimes();
    long sum = 0;
    int chunk = 2 * CHUNK;
    for (int page = 0; page + chunk <= FAULT_PAGES; page += chunk) {
      long begun = System.nanoTime();
      for (int i = 0; i < chunk; i += 2) {
        sum += memory.load(region + Pages.bytes(page + i));
      }
      times.add(begun, CHUNK);
    }
    sink += sum;
    return times.median();
  }

  @Override
  public String toString() {
    return "mapping, sum " + sink;
  }
}
