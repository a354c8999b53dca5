// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import static dev.vmarea.host.bench.OperationRuns.HOST;
import static dev.vmarea.host.bench.OperationRuns.HOST_LIMIT;
import static dev.vmarea.host.bench.OperationRuns.KERNEL_CODE;
import static dev.vmarea.host.bench.OperationRuns.LARGE;
import static dev.vmarea.host.bench.OperationRuns.MEDIUM;
import static dev.vmarea.host.bench.OperationRuns.MODEL;
import static dev.vmarea.host.bench.OperationRuns.SMALL;
import static dev.vmarea.host.bench.OperationRuns.TREE;
import static dev.vmarea.host.bench.OperationRuns.TREE_MAP;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The figures that come from the shared operations. */
final class OperationFigures {
  private static final String NANOS = "ns";
  private static final String MEAN = "mean of the seven calls";
  private static final int[] SIZES = {SMALL, MEDIUM, LARGE};

  private final OperationRuns runs;

  OperationFigures(OperationRuns runs) {
    this.runs = runs;
  }

  private static String with(String what, int mappings) {
    return String.format(Locale.ROOT, "%s, %,d", what, mappings);
  }

  private RowList.Value median(String subject, int mappings, Operation operation) {
    return () -> runs.samples(subject, mappings).median(operation.name());
  }

  /** The mean of the calls' medians. */
  private RowList.Value mean(String subject, int mappings) {
    return () -> {
      Samples samples = runs.samples(subject, mappings);
      double sum = 0;
      int calls = 0;
      for (Operation operation : Operation.values()) {
        if (operation.kind() == Operation.Kind.CALL) {
          sum += samples.median(operation.name());
          calls++;
        }
      }
      return sum / calls;
    };
  }

  List<Row> calls() throws IOException {
    RowList rows = new RowList(Group.CALLS);
    for (int size : new int[] {SMALL, HOST_LIMIT}) {
      runs.prepare(size);
      Target target = Target.ratioAtMost(0.7, 0.4);
      for (Operation operation : Operation.values()) {
        if (operation.changes()) {
          rows.compare(
              with(operation.title(), size),
              NANOS,
              median(MODEL, size, operation),
              "system call",
              median(HOST, size, operation),
              target);
        }
      }
      rows.compare(
          with(MEAN, size), NANOS, mean(MODEL, size), "system call", mean(HOST, size), target);
      rows.compare(
          with(MEAN, size), NANOS, mean(MODEL, size), "TreeMap", mean(TREE_MAP, size), Target.NONE);
      rows.compare(
          with(MEAN, size),
          NANOS,
          mean(MODEL, size),
          "empty system call",
          median(HOST, size, Operation.EMPTY),
          Target.NONE);
      rows.alone(
          with("garbage collection, a call", size),
          NANOS,
          () -> runs.samples(MODEL, size).median(OperationsTask.COLLECTOR),
          Target.NONE);
    }
    return rows.rows();
  }

  List<Row> tree() throws IOException {
    RowList rows = new RowList(Group.TREE);
    for (int size : SIZES) {
      runs.prepare(size);
      Target target = Target.ratioAtMost(2, 1);
      for (Operation operation : Operation.values()) {
        if (operation.kind() == Operation.Kind.CALL) {
          rows.compare(
              with(operation.title(), size),
              NANOS,
              median(TREE, size, operation),
              KERNEL_CODE,
              median(KERNEL_CODE, size, operation),
              target);
        }
      }
      rows.compare(
          with(MEAN, size), NANOS, mean(TREE, size), "TreeMap", mean(TREE_MAP, size), Target.NONE);
    }
    return rows.rows();
  }

  List<Row> lookup() throws IOException {
    RowList rows = new RowList(Group.LOOKUP);
    Operation lookup = Operation.LOOKUP;
    for (int size : SIZES) {
      runs.prepare(size);
      String what = with(lookup.title(), size);
      RowList.Value ours = median(MODEL, size, lookup);
      rows.compare(
          what, NANOS, ours, "TreeMap", median(TREE_MAP, size, lookup), Target.timesFaster(2, 5));
      rows.compare(
          what,
          NANOS,
          ours,
          KERNEL_CODE,
          median(KERNEL_CODE, size, lookup),
          Target.ratioAtMost(1, 0.5));
    }
    return rows.rows();
  }

  List<Row> gaps() throws IOException {
    RowList rows = new RowList(Group.GAPS);
    for (int size : SIZES) {
      runs.prepare(size);
      for (Operation operation : Operation.values()) {
        if (operation.kind() == Operation.Kind.GAP) {
          String what = with(operation.title(), size);
          RowList.Value ours = median(MODEL, size, operation);
          rows.compare(
              what, NANOS, ours, "TreeMap", median(TREE_MAP, size, operation), Target.NONE);
          if (!operation.peerTitle().isEmpty()) {
            rows.compare(
                what,
                NANOS,
                ours,
                KERNEL_CODE,
                median(KERNEL_CODE, size, operation),
                Target.ratioAtMost(2, 1));
          }
        }
      }
    }
    return rows.rows();
  }

  List<Row> growth() throws IOException {
    runs.prepare(SMALL);
    runs.prepare(LARGE);
    RowList rows = new RowList(Group.GROWTH);
    String what = "mean of the seven calls, 1,000,000 against 1,000";
    // The floor is what the kernel's code was seen to grow by: 3 to 4.5 times.
    rows.alone(what, "times", growth(MODEL), Target.valueAtMost(4.5, 3));
    for (String peer : List.of(KERNEL_CODE, TREE_MAP)) {
      Target target = peer.equals(KERNEL_CODE) ? Target.ratioAtMost(1, 1) : Target.NONE;
      rows.compare(
          what,
          "times",
          growth(MODEL),
          peer.equals(TREE_MAP) ? "TreeMap" : peer,
          growth(peer),
          target);
    }
    rows.compare(
        "lookup, 1,000,000 against 1,000",
        "times",
        growth(MODEL, Operation.LOOKUP),
        KERNEL_CODE,
        growth(KERNEL_CODE, Operation.LOOKUP),
        Target.ratioAtMost(1, 1));
    return rows.rows();
  }

  private RowList.Value growth(String subject) {
    return () -> mean(subject, LARGE).get() / mean(subject, SMALL).get();
  }

  private RowList.Value growth(String subject, Operation operation) {
    return () -> median(subject, LARGE, operation).get() / median(subject, SMALL, operation).get();
  }
}
