// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All operations that a subject offers: nanoseconds for one of each, by {@link Operation#name}.
 *
 * <p>A few dozen repetitions are timed together and the median of these times counts, so that a
 * pause in which the machine did something else does not. The garbage collector's pauses drop out
 * with them and are therefore told apart, as nanoseconds a call that changes something.
 */
final class OperationsTask implements Task {
  /** Key of the collector's share. */
  static final String COLLECTOR = "collector";

  private static final int CHUNK = 64;

  private final Subject subject;
  private final Arena arena;
  private final List<Operation> operations;
  private final int passes;
  private long sink;

  /** With {@code perRound} repetitions of each operation a round, about. */
  OperationsTask(Subject subject, Arena arena, int perRound) {
    this.subject = subject;
    this.arena = arena;
    this.passes = Math.max(1, perRound / arena.slots());
    arena.build(subject);
    arena.choose();
    this.operations = offered();
  }

  private List<Operation> offered() {
    List<Operation> offered = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      try {
        sink += operation.run(subject, arena, 0, operation.repeats(subject, arena));
        offered.add(operation);
      } catch (UnsupportedOperationException notOffered) {
        // this subject is measured without it
      }
    }
    return offered;
  }

  @Override
  public Map<String, Double> round() {
    List<ChunkTimes> times = new ArrayList<>();
    operations.forEach(operation -> times.add(new ChunkTimes()));
    long calls = 0;
    long collecting = collecting();
    for (int pass = 0; pass < passes; pass++) {
      arena.choose();
      for (int i = 0; i < operations.size(); i++) {
        Operation operation = operations.get(i);
        int repeats = operation.repeats(subject, arena);
        if (repeats == arena.slots() || pass == 0) {
          time(operation, repeats, times.get(i));
          calls += operation.changes() ? repeats : 0;
        }
      }
    }
    arena.check(subject);
    Map<String, Double> results = new LinkedHashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      results.put(operations.get(i).name(), times.get(i).median());
    }
    results.put(COLLECTOR, (collecting() - collecting) * 1e6 / calls);
    return results;
  }

  private void time(Operation operation, int repeats, ChunkTimes times) {
    for (int from = 0; from < repeats; from += CHUNK) {
      int to = Math.min(from + CHUNK, repeats);
      long begun = System.nanoTime();
      sink += operation.run(subject, arena, from, to);
      times.add(begun, to - from);
    }
  }

  private static long collecting() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return millis;
  }

  @Override
  public String toString() {
    return "operations, sum " + sink;
  }
}
