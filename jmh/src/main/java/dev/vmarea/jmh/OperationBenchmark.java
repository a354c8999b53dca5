// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.host.bench.Arena;
import dev.vmarea.host.bench.ModelSubject;
import dev.vmarea.host.bench.Operation;
import dev.vmarea.host.bench.Subject;
import dev.vmarea.host.bench.TreeMapSubject;
import dev.vmarea.host.bench.TreeSubject;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The operations of {@code vmarea bench} under JMH. Those that change something come in pairs that
 * undo each other, so a score is the time of both.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx2g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 7, time = 1)
public class OperationBenchmark {
  /** Number of VMAs. */
  @Param({"1000", "65536", "1000000"})
  public int mappings;

  /** What keeps them. */
  @Param({"model", "tree", "treemap"})
  public String subject;

  private Subject kept;
  private Arena arena;
  private int next;

  /** Maps everything. */
  @Setup(Level.Trial)
  public void build() {
    kept =
        switch (subject) {
          case "model" -> new ModelSubject();
          case "tree" -> new TreeSubject();
          case "treemap" -> new TreeMapSubject();
          default -> throw new IllegalArgumentException(subject);
        };
    arena = new Arena(mappings, Math.min(mappings / 16, 20_000));
    arena.build(kept);
    arena.choose();
  }

  /** Makes sure that the pairs undid each other. */
  @TearDown(Level.Trial)
  public void check() {
    arena.check(kept);
  }

  private long run(Operation first, Operation second) {
    int slot = next();
    return first.run(kept, arena, slot, slot + 1) + second.run(kept, arena, slot, slot + 1);
  }

  private int next() {
    next = next + 1 == arena.slots() ? 0 : next + 1;
    return next;
  }

  /** Lookup by address. */
  @Benchmark
  public long lookup() {
    int slot = next();
    return Operation.LOOKUP.run(kept, arena, slot, slot + 1);
  }

  /** A new VMA, and its end. */
  @Benchmark
  public long mapAndUnmap() {
    return run(Operation.MAP_NEW, Operation.UNMAP_NEW);
  }

  /** A VMA grows by what is mapped behind it, and shrinks again. */
  @Benchmark
  public long growAndShrink() {
    return run(Operation.MAP_JOIN, Operation.UNMAP_TAIL);
  }

  /** One VMA becomes three, and one again. */
  @Benchmark
  public long splitAndJoin() {
    return run(Operation.SPLIT, Operation.JOIN);
  }

  /** MAP_FIXED over a VMA. */
  @Benchmark
  public long replace() {
    int slot = next();
    return Operation.REPLACE.run(kept, arena, slot, slot + 1);
  }

  /** The highest gap below a random address. */
  @Benchmark
  public long gapBelow() {
    int slot = next();
    return Operation.GAP_BELOW.run(kept, arena, slot, slot + 1);
  }

  /** The only gap that is big enough lies below everything. */
  @Benchmark
  public long gapAtTheFarEnd() {
    return Operation.FAR_BELOW.run(kept, arena, 0, 1);
  }
}
