// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;
import java.util.List;

/** The figures of memory that is touched. */
final class MemoryFigures {
  private static final String NANOS = "ns";
  private static final String MILLIS = "ms";
  private static final String PLAIN = "plain segment";
  private static final String TABLES_IN_C = "software TLB in C";

  /** What the figures that have a rule of their own may cost beside it, in nanoseconds. */
  private static final double COPY_ALLOWANCE = 300;

  private static final double COPY_FACTOR = 1.5;

  private final Settings settings;
  private final TaskRuns runs;

  MemoryFigures(Settings settings) {
    this.settings = settings;
    this.runs = new TaskRuns(settings);
  }

  List<Row> memory() throws IOException {
    settings.progress().accept("loads and stores");
    Samples all = runs.alone("memory");
    settings.progress().accept("the software TLB in C");
    Peers peers = new Peers(settings.peers());
    RowList rows = new RowList(Group.MEMORY);
    Target target = Target.ratioAtMost(2.5, 1.5);
    String ours = MemoryTask.LOAD;
    rows.compare(
        "load 8 bytes, in order",
        NANOS,
        () -> all.median(ours),
        TABLES_IN_C,
        () -> peers.limit("soft(TLB 1024) seq read"),
        target);
    rows.compare(
        "store 8 bytes, in order",
        NANOS,
        () -> all.median(MemoryTask.STORE),
        TABLES_IN_C,
        () -> peers.limit("soft(TLB 1024) seq write"),
        target);
    rows.compare(
        "load 8 bytes, random in 4 MiB",
        NANOS,
        () -> all.median(MemoryTask.LOAD_NEAR),
        TABLES_IN_C,
        () -> peers.limit("soft(TLB 1024) random read within 4M (TLB-resident)"),
        target);
    rows.compare(
        "load 8 bytes, random in 1 GiB",
        NANOS,
        () -> all.median(MemoryTask.LOAD_FAR),
        "leaf tables in C",
        () -> peers.limit("leaf-table cache: random read 1G"),
        Target.ratioAtMost(1.5, 1.1));
    rows.compare(
        "store 8 bytes, random in 1 GiB",
        NANOS,
        () -> all.median(MemoryTask.STORE_FAR),
        "leaf tables in C",
        () -> peers.limit("leaf-table cache: random write 1G"),
        Target.ratioAtMost(1.5, 1.1));
    plain(rows, all, "load 8 bytes, in order", MemoryTask.LOAD, Target.NONE);
    plain(rows, all, "store 8 bytes, in order", MemoryTask.STORE, Target.NONE);
    plain(rows, all, "load 8 bytes, random in 4 MiB", MemoryTask.LOAD_NEAR, Target.NONE);
    plain(rows, all, "load 8 bytes, random in 1 GiB", MemoryTask.LOAD_FAR, Target.NONE);
    plain(rows, all, "atomic get-and-add, 8 bytes", MemoryTask.ADD, Target.NONE);
    Target bulk = Target.ratioAtMost(3, 1.5);
    plain(rows, all, "copy out, a KiB of 1 MiB", MemoryTask.COPY_OUT, bulk);
    plain(rows, all, "copy in, a KiB of 1 MiB", MemoryTask.COPY_IN, bulk);
    plain(rows, all, "fill, a KiB of 1 MiB", MemoryTask.FILL, bulk);
    return rows.rows();
  }

  private static void plain(RowList rows, Samples all, String what, String key, Target target) {
    rows.compare(
        what,
        NANOS,
        () -> all.median(key),
        PLAIN,
        () -> all.median(MemoryTask.PLAIN + key),
        target);
  }

  List<Row> faults() throws IOException {
    settings.progress().accept("faults");
    RowList rows = new RowList(Group.FAULTS);
    TaskRuns.Pair touched =
        runs.pair(
            settings.warmUps(),
            settings.rounds(),
            new String[] {"faults", "model"},
            new String[] {"faults", "host"});
    Samples all = touched.ours();
    rows.compare(
        "first touch of an anonymous page",
        NANOS,
        touched.our(FaultTask.FIRST_TOUCH),
        "kernel",
        touched.peer(FaultTask.FIRST_TOUCH),
        Target.valueAtMost(500, 250));
    rows.compare(
        "copy-on-write after a fork",
        NANOS,
        () -> all.median(FaultTask.COPY_ON_WRITE),
        "copy of 4 KiB",
        () -> all.median(FaultTask.PAGE_COPY),
        Target.NONE);
    rows.alone(
        "the same, less one and a half copies",
        NANOS,
        () -> all.median(FaultTask.COPY_ON_WRITE) - COPY_FACTOR * all.median(FaultTask.PAGE_COPY),
        Target.valueAtMost(COPY_ALLOWANCE, COPY_ALLOWANCE));
    rows.compare(
        "faults in two threads, against one",
        "times",
        () -> all.medianRatio(FaultTask.TWO_THREADS, FaultTask.ONE_THREAD),
        "plain arithmetic here",
        () -> all.medianRatio(FaultTask.TWO_CORES, FaultTask.ONE_CORE),
        Target.valueAtLeast(1.7, 1.7));
    settings.progress().accept("fork");
    TaskRuns.Pair forked =
        runs.pair(
            1, settings.rounds(), new String[] {"fork", "model"}, new String[] {"fork", "host"});
    rows.compare(
        "fork, 65,000 VMAs, 260,000 pages touched",
        MILLIS,
        forked.our(ForkTask.FORK),
        "kernel",
        forked.peer(ForkTask.FORK),
        Target.ratioAtMost(1, 1));
    rows.alone(
        "verify(), 65,000 VMAs",
        MILLIS,
        forked.our(ForkTask.VERIFY_LAYOUT),
        Target.valueAtMost(10, 10));
    rows.alone("the same, 260,000 pages touched", MILLIS, forked.our(ForkTask.VERIFY), Target.NONE);
    return rows.rows();
  }

  List<Row> mapping() throws IOException {
    settings.progress().accept("gVisor's mapping benchmarks");
    RowList rows = new RowList(Group.MAPPING);
    TaskRuns.Pair pair =
        runs.pair(
            2,
            settings.rounds(),
            new String[] {"mapping", "model"},
            new String[] {"mapping", "host"});
    for (MappingBenchmark benchmark : MappingBenchmark.values()) {
      for (int pages : benchmark.sizes()) {
        compare(rows, pair, benchmark.title(pages));
      }
    }
    compare(rows, pair, MappingTask.PAGE_FAULT);
    return rows.rows();
  }

  private static void compare(RowList rows, TaskRuns.Pair pair, String title) {
    rows.compare(title, NANOS, pair.our(title), "kernel", pair.peer(title), Target.NONE);
  }
}
