// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * How fast a log is read, in MB/s, one thread. Run its {@code main} with no argument for a log of
 * 500 MB made from the captured ones, or with the path of a log; a second argument names a C
 * program that is given the log's path, to compare with.
 */
public final class StraceImportBenchmark {
  private static final long SIZE = 500_000_000;
  private static final int WARMUPS = 2;
  private static final int RUNS = 5;

  private static long sink;

  private StraceImportBenchmark() {}

  /** Prints a line a way of reading: median, slowest and fastest run. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path log = args.length > 0 ? Path.of(args[0]) : generate();
    try {
      run("every number and result", log, StraceImportBenchmark::everything);
      run("memory calls decoded", log, StraceImportBenchmark::memoryCalls);
      if (args.length > 1) {
        new ProcessBuilder(args[1], log.toString()).inheritIO().start().waitFor();
      }
    } finally {
      if (args.length == 0) {
        Files.delete(log);
      }
    }
    System.out.println("(" + sink + ")");
  }

  private static Path generate() throws IOException {
    byte[][] parts = {
      Logs.resource("ls.strace"),
      Logs.resource("threads.strace"),
      Logs.resource("memory-calls.strace"),
      Logs.resource("superseded.strace"),
    };
    Path log = Files.createTempFile("vmarea-import", ".strace");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
      for (long n = 0; n < SIZE; ) {
        for (byte[] part : parts) {
          out.write(part);
          n += part.length;
        }
      }
    }
    return log;
  }

  /** CPU time of the whole process, compiler and collector included; 0 where it is not known. */
  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private interface Scan {
    long read(StraceReader reader) throws IOException;
  }

  private static void run(String name, Path log, Scan scan) throws IOException {
    double[] speed = new double[RUNS];
    double[] cpuSpeed = new double[RUNS];
    long lines = 0;
    for (int i = -WARMUPS; i < RUNS; i++) {
      long start = System.nanoTime();
      long cpuStart = cpuNanos();
      try (StraceReader reader = StraceReader.open(log, problem -> {})) {
        sink += scan.read(reader);
        lines = reader.record().lineNumber();
      }
      if (i >= 0) {
        double megabytes = Files.size(log) / 1e6;
        cpuSpeed[i] = megabytes / ((cpuNanos() - cpuStart) / 1e9);
        speed[i] = megabytes / ((System.nanoTime() - start) / 1e9);
      }
    }
    Arrays.sort(speed);
    Arrays.sort(cpuSpeed);
    // On a busy machine the second figure tells more: it leaves out the time others had the core.
    System.out.printf(
        "%-24s %d lines, MB/s median %.0f min %.0f max %.0f, a second of CPU %.0f%n",
        name, lines, speed[RUNS / 2], speed[0], speed[RUNS - 1], cpuSpeed[RUNS / 2]);
  }

  /** What a plain parser does: pid, call, every argument that is a number, result. */
  private static long everything(StraceReader reader) throws IOException {
    StraceRecord r = reader.record();
    long sum = 0;
    while (reader.next()) {
      sum += r.pid() + r.call().ordinal() + r.result();
      for (int i = Math.min(6, r.argCount()) - 1; i >= 0; i--) {
        sum += r.argIsNumber(i) ? r.argLong(i) : 1;
      }
    }
    return sum;
  }

  private static final List<SyscallName> MEMORY =
      List.of(SyscallName.MUNMAP, SyscallName.MPROTECT, SyscallName.BRK, SyscallName.MADVISE);

  /** What a replay does: all arguments of memory calls, flags and descriptors included. */
  private static long memoryCalls(StraceReader reader) throws IOException {
    StraceRecord r = reader.record();
    long sum = 0;
    while (reader.next()) {
      if (r.call() == SyscallName.MMAP && r.kind() != RecordKind.UNFINISHED) {
        sum += r.argLong(0) + r.argLong(1) + r.argFlags(2) + r.argFlags(3) + r.argFd(4);
        sum += r.argLong(5) + r.result();
      } else if (MEMORY.contains(r.call())) {
        for (int i = 0; i < r.argCount(); i++) {
          sum += r.argLong(i);
        }
        sum += r.result();
      }
    }
    return sum;
  }
}
