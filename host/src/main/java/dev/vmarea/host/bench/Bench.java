// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Measures groups of figures. */
public final class Bench {
  private Bench() {}

  /** Measures the groups, in their order. What cannot be measured here has a row that says why. */
  public static List<Row> run(Set<Group> groups, Settings settings) {
    OperationFigures operations = new OperationFigures(new OperationRuns(settings));
    TaskFigures tasks = new TaskFigures(settings);
    MemoryFigures memory = new MemoryFigures(settings);
    List<Row> rows = new ArrayList<>();
    for (Group group : Group.values()) {
      if (groups.contains(group)) {
        try {
          rows.addAll(rows(group, operations, tasks, memory));
        } catch (IOException e) {
          rows.add(new NotRun(group.title(), group.description(), String.valueOf(e.getMessage())));
        }
      }
    }
    return rows;
  }

  private static List<Row> rows(
      Group group, OperationFigures operations, TaskFigures tasks, MemoryFigures memory)
      throws IOException {
    return switch (group) {
      case CALLS -> operations.calls();
      case TREE -> operations.tree();
      case LOOKUP -> operations.lookup();
      case GAPS -> operations.gaps();
      case GROWTH -> operations.growth();
      case THREADS -> tasks.threads();
      case HOOKS -> tasks.hooks();
      case MEMORY -> memory.memory();
      case FAULTS -> memory.faults();
      case MAPPING -> memory.mapping();
      case HEAP -> tasks.heap();
      case MAPS -> tasks.maps();
      case IMPORT -> tasks.imports();
      case STARTUP -> tasks.startup();
    };
  }
}
