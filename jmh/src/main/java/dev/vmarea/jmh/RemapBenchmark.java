// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Remapping 1 GiB of device memory: 262,144 page entries, or 512 huge ones, in tables that are
 * there already; beside a loop that stores as many numbers into as many arrays. Take the medians
 * (p0.50): the machine may be doing other work.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RemapBenchmark {
  private static final int TABLES = 512;
  private static final int ENTRIES = 512;
  private static final long PAGES = (long) TABLES * ENTRIES;
  private static final long SPAN = 2L << 20;
  private static final long START = 0x7f00_0000_0000L;
  private static final long END = START + TABLES * SPAN;
  private static final long PFN = 0xc_0000;
  private static final PageProtection PROTECTION =
      Architecture.X86_64.protection(VmFlags.READ | VmFlags.WRITE | VmFlags.SHARED).noncached();

  /** Page tables, and what a round begins with. */
  @State(Scope.Thread)
  public abstract static class Tables {
    final PhysicalMemory memory = PhysicalMemory.standard(0x1000);
    final PageTables tables = new PageTables(Architecture.X86_64, () -> false);

    final void clear() {
      tables.zap(START, END, memory);
    }

    final void fill() throws ErrnoException {
      tables.fill(START, PFN, PAGES, PROTECTION, true);
    }

    final void insertHuge() throws ErrnoException {
      for (int i = 0; i < TABLES; i++) {
        tables.insertHuge(1, START + i * SPAN, PFN + (long) i * ENTRIES, PROTECTION);
      }
    }
  }

  /** All tables there, all empty. */
  public static class EmptyTables extends Tables {
    /** Allocates the tables. */
    @Setup(Level.Trial)
    public void allocate() throws ErrnoException {
      fill();
    }

    /** Clears what the last round filled. */
    @Setup(Level.Invocation)
    public void prepare() {
      clear();
    }
  }

  /** All tables filled. */
  public static class FilledTables extends Tables {
    /** Fills what the last round cleared. */
    @Setup(Level.Invocation)
    public void prepare() throws ErrnoException {
      clear();
      fill();
    }
  }

  /** Tables for huge entries there, and empty. */
  public static class HugeTables extends Tables {
    /** Clears what the last round filled. */
    @Setup(Level.Invocation)
    public void prepare() {
      clear();
    }
  }

  /** Arrays in the shape of the tables. */
  @State(Scope.Thread)
  public static class Arrays {
    final long[][] arrays = new long[TABLES][ENTRIES];
    long first = PFN << 12 | PROTECTION.bits();
  }

  /** Fills 1 GiB with page entries. */
  @Benchmark
  public PageTables fill(EmptyTables state) throws ErrnoException {
    state.fill();
    return state.tables;
  }

  /** Clears 1 GiB of page entries. */
  @Benchmark
  public long zap(FilledTables state) {
    return state.tables.zap(START, END, state.memory);
  }

  /** Maps 1 GiB by entries of 2 MiB. */
  @Benchmark
  public PageTables insertHuge(HugeTables state) throws ErrnoException {
    state.insertHuge();
    return state.tables;
  }

  /** The same in one call. */
  @Benchmark
  public long insertManyHuge(HugeTables state) throws ErrnoException {
    return state.tables.insertHuge(1, START, PFN, TABLES, PROTECTION);
  }

  /** The peer: 262,144 stores. */
  @Benchmark
  public long[][] bareLoop(Arrays state) {
    long next = state.first;
    for (long[] array : state.arrays) {
      for (int i = 0; i < array.length; i++) {
        array[i] = next + ((long) i << 12);
      }
      next += SPAN;
    }
    return state.arrays;
  }
}
