// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.AddressSpace;
import dev.vmarea.Atomics;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Loads and stores through page tables, beside a plain memory segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CpuBenchmark {
  private static final long PLACE = 0x2000_0000_0000L;
  private static final int BYTES = 1 << 20;
  private static final int WORDS = BYTES / Long.BYTES;
  private static final int TOUCHED = 4096;
  private static final int SMALL = 16;

  private AddressSpace space;
  private Cpu cpu;
  private MemorySegment plain;
  private byte[] buffer;
  private long text;

  /** A mapping of 1 MiB that was written, and as much plain memory. */
  @Setup
  public void map() {
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7fff_f7ff_f000L;
    space =
        new Machine(KernelConfig.standard(), Profile.SETTLED)
            .newAddressSpace(layout, Task.unprivileged());
    anonymous(PLACE, BYTES);
    space.syscalls().mprotect(PLACE, BYTES, 7);
    text = PLACE + BYTES + 4096;
    anonymous(text, 4096);
    cpu = space.cpu();
    plain = Arena.ofAuto().allocate(BYTES, 4096);
    buffer = new byte[BYTES];
    cpu.store(PLACE, buffer, 0, BYTES);
    cpu.fill(text, 20, (byte) 'x');
  }

  private void anonymous(long address, long bytes) {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
    space.syscalls().mmap(address, bytes, 3, flags, null, 0);
  }

  @TearDown
  public void end() {
    cpu.close();
    space.exit();
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long load() {
    long sum = 0;
    for (long at = PLACE; at < PLACE + BYTES; at += Long.BYTES) {
      sum += cpu.loadLong(at);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long loadPlain() {
    long sum = 0;
    for (long at = 0; at < BYTES; at += Long.BYTES) {
      sum += plain.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public void store() {
    for (long at = PLACE; at < PLACE + BYTES; at += Long.BYTES) {
      cpu.storeLong(at, at);
    }
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public byte[] copyOut() {
    cpu.load(PLACE, buffer, 0, BYTES);
    return buffer;
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public byte[] copyOutPlain() {
    MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, 0, buffer, 0, BYTES);
    return buffer;
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long getAndAdd() {
    Atomics atomics = cpu.atomics();
    long sum = 0;
    for (long at = PLACE; at < PLACE + BYTES; at += Long.BYTES) {
      sum += atomics.getAndAddLong(at, 1);
    }
    return sum;
  }

  /** The part of a word is changed with the word. */
  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long getAndAddByte() {
    Atomics atomics = cpu.atomics();
    long sum = 0;
    for (long at = PLACE; at < PLACE + BYTES; at += Long.BYTES) {
      sum += atomics.getAndAddByte(at + 3, (byte) 1);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long fetch() {
    long sum = 0;
    for (long at = PLACE; at < PLACE + BYTES; at += Long.BYTES) {
      sum += cpu.fetchInt(at);
    }
    return sum;
  }

  /** 16 bytes at a time, as for a vector register. */
  @Benchmark
  @OperationsPerInvocation(WORDS / 2)
  public long copyOutSmall() {
    for (long at = PLACE; at < PLACE + BYTES; at += SMALL) {
      cpu.load(at, buffer, (int) (at - PLACE), SMALL);
    }
    return buffer[0];
  }

  /** A path of 20 characters. */
  @Benchmark
  public byte[] string() {
    return cpu.loadString(text, 4096);
  }

  /** First touch of pages whose frames were used before; mapping and unmapping included. */
  @Benchmark
  @OperationsPerInvocation(TOUCHED)
  public long firstTouch() {
    long at = PLACE + (1L << 30);
    anonymous(at, Pages.bytes(TOUCHED));
    for (int i = 0; i < TOUCHED; i++) {
      cpu.storeByte(at + Pages.bytes(i), (byte) 1);
    }
    return space.syscalls().munmap(at, Pages.bytes(TOUCHED));
  }
}
