// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The figures that have a task of their own. */
final class TaskFigures {
  private static final String NANOS = "ns";
  private static final long LOG_BYTES = 200_000_000;
  private static final long QUICK_LOG_BYTES = 30_000_000;

  private final Settings settings;

  private final TaskRuns runs;

  TaskFigures(Settings settings) {
    this.settings = settings;
    this.runs = new TaskRuns(settings);
  }

  List<Row> threads() throws IOException {
    settings.progress().accept("threads");
    RowList rows = new RowList(Group.THREADS);
    Samples all = runs.alone("threads", "60000", settings.quick() ? "150" : "400");
    rows.compare(
        "reads in two threads, against one",
        "times",
        () -> all.medianRatio(ThreadsTask.TWO_READERS, ThreadsTask.ONE_READER),
        "plain arithmetic here",
        () -> all.medianRatio(ThreadsTask.TWO_CORES, ThreadsTask.ONE_CORE),
        Target.valueAtLeast(Double.NaN, 1.9));
    rows.compare(
        "writes beside a reader",
        "/s",
        () -> all.median(ThreadsTask.WRITER_BESIDE),
        "the writer alone",
        () -> all.median(ThreadsTask.WRITER),
        Target.ratioAtLeast(Double.NaN, 0.9));
    rows.compare(
        "the same, a second of its processor time",
        "/s",
        () -> all.median(ThreadsTask.WRITER_BESIDE_CPU),
        "the writer alone",
        () -> all.median(ThreadsTask.WRITER_CPU),
        Target.ratioAtLeast(Double.NaN, 0.9));
    rows.compare(
        "reads beside a writer",
        "/s",
        () -> all.median(ThreadsTask.READER_BESIDE),
        "the reader alone",
        () -> all.median(ThreadsTask.ONE_READER),
        Target.NONE);
    rows.compare(
        "reads while the lock is held, by processor time",
        "/s",
        () -> all.median(ThreadsTask.READER_LOCKED),
        "the reader alone",
        () -> all.median(ThreadsTask.ONE_READER_CPU),
        Target.ratioAtLeast(0.8, 0.8));
    return rows.rows();
  }

  List<Row> hooks() throws IOException {
    settings.progress().accept("hooks");
    RowList rows = new RowList(Group.HOOKS);
    Samples all = runs.alone("remap");
    String peer = "bare stores";
    RowList.Value bare = () -> all.median(RemapTask.BARE);
    rows.compare(
        "remap 1 GiB, 262,144 entries",
        NANOS,
        () -> all.median(RemapTask.FILL),
        peer,
        bare,
        Target.ratioAtMost(3, 1.3));
    rows.compare(
        "zap 1 GiB",
        NANOS,
        () -> all.median(RemapTask.ZAP),
        peer,
        bare,
        Target.ratioAtMost(3, 1.3));
    rows.compare(
        "insert 512 entries of 2 MiB in one call",
        NANOS,
        () -> all.median(RemapTask.HUGE_TOGETHER),
        "remap 1 GiB",
        () -> all.median(RemapTask.FILL),
        Target.ratioAtMost(0.01, 0.01));
    rows.compare(
        "the same, one by one",
        NANOS,
        () -> all.median(RemapTask.HUGE),
        "remap 1 GiB",
        () -> all.median(RemapTask.FILL),
        Target.ratioAtMost(0.01, 0.01));
    rows.compare(
        "the same, each by a fault",
        NANOS,
        () -> all.median(RemapTask.HUGE_FAULTS),
        "remap 1 GiB",
        () -> all.median(RemapTask.FILL),
        Target.NONE);
    rows.compare(
        "mmap of a file with a prepare hook",
        NANOS,
        () -> all.median(RemapTask.HOOKED),
        "anonymous mmap",
        () -> all.median(RemapTask.PLAIN),
        Target.NONE);
    rows.alone(
        "what the hook costs",
        NANOS,
        () -> all.median(RemapTask.HOOKED) - all.median(RemapTask.PLAIN),
        Target.valueAtMost(100, 100));
    return rows.rows();
  }

  List<Row> heap() throws IOException {
    settings.progress().accept("heap");
    RowList rows = new RowList(Group.HEAP);
    String mappings = Integer.toString(settings.quick() ? 200_000 : OperationRuns.LARGE);
    TaskRuns.Pair pair =
        runs.pair(
            0,
            3,
            new String[] {"heap", "model", mappings},
            new String[] {"heap", "treemap", mappings});
    rows.compare(
        "heap a VMA, tree included",
        "bytes",
        pair.our(HeapTask.BYTES),
        "TreeMap",
        pair.peer(HeapTask.BYTES),
        Target.valueAtMost(230, 120));
    return rows.rows();
  }

  List<Row> maps() throws IOException {
    settings.progress().accept("maps text");
    RowList rows = new RowList(Group.MAPS);
    String mappings = Integer.toString(OperationRuns.HOST_LIMIT);
    TaskRuns.Pair pair =
        runs.pair(
            settings.warmUps(),
            settings.rounds(),
            new String[] {"maps", "model", mappings},
            new String[] {"maps", "host", mappings});
    rows.compare(
        "writing maps text, a VMA, 60,000",
        NANOS,
        pair.our(MapsTask.LINE),
        "kernel's, read",
        pair.peer(MapsTask.LINE),
        Target.ratioAtMost(1, 0.5));
    return rows.rows();
  }

  List<Row> imports() throws IOException {
    settings.progress().accept("strace import");
    RowList rows = new RowList(Group.IMPORT);
    Path log = Files.createTempFile("vmarea-bench", ".strace");
    try {
      ImportTask.generate(log, settings.quick() ? QUICK_LOG_BYTES : LOG_BYTES);
      Samples ours = new Samples();
      Samples peer = new Samples();
      String missing = "";
      Peers peers = new Peers(settings.peers());
      try (WorkerProcess worker = new WorkerProcess("import", log.toString())) {
        for (int round = -settings.warmUps(); round < settings.rounds(); round++) {
          double speed = worker.round().getOrDefault(ImportTask.SPEED, Double.NaN);
          if (round >= 0) {
            ours.add(ImportTask.SPEED, speed);
            if (round % 3 == 0 && missing.isEmpty()) {
              try {
                peer.add(ImportTask.SPEED, peers.parse(log));
              } catch (NotMeasuredException e) {
                missing = e.reason();
              }
            }
          }
        }
      } catch (NotMeasuredException e) {
        throw new IOException("a measuring process failed: " + e.reason(), e);
      }
      String reason = missing;
      rows.alone(
          "strace import",
          "MB/s",
          () -> ours.median(ImportTask.SPEED),
          Target.valueAtLeast(150, 300));
      rows.compare(
          "strace import",
          "MB/s",
          () -> ours.median(ImportTask.SPEED),
          "parser in C",
          () -> {
            if (!reason.isEmpty()) {
              throw new NotMeasuredException(reason);
            }
            return peer.median(ImportTask.SPEED);
          },
          Target.NONE);
    } finally {
      Files.delete(log);
    }
    return rows.rows();
  }

  List<Row> startup() throws IOException {
    settings.progress().accept("start-up");
    RowList rows = new RowList(Group.STARTUP);
    Path launcher = settings.launcher();
    Samples samples = new Samples();
    String java = WorkerProcess.java().toString();
    if (launcher != null) {
      for (int round = -2; round < 2 * settings.rounds(); round++) {
        double ours = elapsed(launcher.toString(), "version");
        double peer = elapsed(java, "-version");
        if (round >= 0) {
          samples.add("ours", ours);
          samples.add("peer", peer);
        }
      }
    }
    rows.compare(
        "./vmarea version",
        "ms",
        () -> {
          if (launcher == null) {
            throw new NotMeasuredException("the vmarea script is not known; start bench with it");
          }
          return samples.median("ours");
        },
        "java -version",
        () -> samples.median("peer"),
        Target.ratioAtMost(6, 3));
    return rows.rows();
  }

  private static double elapsed(String... command) throws IOException {
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command[0] + " ended with status " + process.exitValue());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return (System.nanoTime() - begun) / 1e6;
  }
}
