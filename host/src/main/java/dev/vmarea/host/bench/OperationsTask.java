// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All operations that a subject offers: nanoseconds for one of each, by {@link Operation#name}. */
final class OperationsTask implements Task {
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
        sink += operation.run(subject, arena, operation.repeats(subject, arena));
        offered.add(operation);
      } catch (UnsupportedOperationException notOffered) {
        continue;
      }
    }
    return offered;
  }

  @Override
  public Map<String, Double> round() {
    long[] nanos = new long[operations.size()];
    long[] repeats = new long[operations.size()];
    for (int pass = 0; pass < passes; pass++) {
      arena.choose();
      for (int i = 0; i < nanos.length; i++) {
        Operation operation = operations.get(i);
        int times = operation.repeats(subject, arena);
        if (times < arena.slots() && pass > 0) {
          continue;
        }
        long begun = System.nanoTime();
        sink += operation.run(subject, arena, times);
        nanos[i] += System.nanoTime() - begun;
        repeats[i] += times;
      }
    }
    arena.check(subject);
    Map<String, Double> results = new LinkedHashMap<>();
    for (int i = 0; i < nanos.length; i++) {
      results.put(operations.get(i).name(), (double) nanos[i] / repeats[i]);
    }
    return results;
  }

  @Override
  public String toString() {
    return "operations, sum " + sink;
  }
}
