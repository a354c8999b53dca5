// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.Atomics;
import dev.vmarea.Cpu;
import dev.vmarea.base.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Loads, stores and copies through page tables, and beside them the same on a plain segment:
 * nanoseconds for 8 bytes, for a KiB where much is copied. Order and random numbers as in the C
 * program that they are compared with.
 */
final class MemoryTask implements Task {
  static final String LOAD = "load";
  static final String STORE = "store";
  static final String LOAD_NEAR = "load in 4 MiB";
  static final String LOAD_FAR = "load in 1 GiB";
  static final String STORE_FAR = "store in 1 GiB";
  static final String ADD = "get and add";
  static final String COPY_OUT = "copy out";
  static final String COPY_IN = "copy in";
  static final String FILL = "fill";

  /** What is put before a key for the plain segment. */
  static final String PLAIN = "plain ";

  private static final long BASE = 0x2000_0000_0000L;
  private static final long NEAR = 1L << 20;
  private static final long MIDDLE = 4L << 20;
  private static final long FAR = 1L << 30;
  private static final int RANDOM_ACCESSES = 1 << 20;
  private static final int PASSES = 8;
  private static final long SEED = 88172645463325252L;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final ModelSubject model = new ModelSubject();
  private final Cpu cpu;
  private final Atomics atomics;
  private final MemorySegment plain = Arena.ofAuto().allocate(FAR, Pages.SIZE);
  private final byte[] buffer = new byte[(int) NEAR];

  @SuppressWarnings("UnusedVariable") // keeps what is computed from being left out
  private volatile long sink;

  /** Every page is written, so that all memory is there. */
  MemoryTask() {
    model.map(BASE, BASE + FAR, 3);
    cpu = model.space().cpu();
    atomics = cpu.atomics();
    cpu.fill(BASE, FAR, (byte) 1);
    plain.fill((byte) 1);
  }

  private interface Work {
    void run();
  }

  private static void time(Map<String, Double> results, String key, double units, Work work) {
    ChunkTimes times = new ChunkTimes();
    for (int pass = 0; pass < PASSES; pass++) {
      long begun = System.nanoTime();
      work.run();
      times.add(begun, 1);
    }
    results.put(key, times.median() / units);
  }

  @Override
  public Map<String, Double> round() {
    Map<String, Double> results = new LinkedHashMap<>();
    double words = (double) NEAR / Long.BYTES;
    time(results, LOAD, words, this::load);
    time(results, PLAIN + LOAD, words, this::loadPlain);
    time(results, STORE, words, this::store);
    time(results, PLAIN + STORE, words, this::storePlain);
    time(results, ADD, words, this::add);
    time(results, PLAIN + ADD, words, this::addPlain);
    time(results, LOAD_NEAR, RANDOM_ACCESSES, () -> loadRandom(MIDDLE));
    time(results, PLAIN + LOAD_NEAR, RANDOM_ACCESSES, () -> loadRandomPlain(MIDDLE));
    time(results, LOAD_FAR, RANDOM_ACCESSES, () -> loadRandom(FAR));
    time(results, PLAIN + LOAD_FAR, RANDOM_ACCESSES, () -> loadRandomPlain(FAR));
    time(results, STORE_FAR, RANDOM_ACCESSES, this::storeRandom);
    double kilobytes = (double) NEAR / 1024;
    MemorySegment near = plain.asSlice(0, NEAR);
    MemorySegment array = MemorySegment.ofArray(buffer);
    time(results, COPY_OUT, kilobytes, () -> cpu.load(BASE, buffer, 0, buffer.length));
    time(results, PLAIN + COPY_OUT, kilobytes, () -> array.copyFrom(near));
    time(results, COPY_IN, kilobytes, () -> cpu.store(BASE, buffer, 0, buffer.length));
    time(results, PLAIN + COPY_IN, kilobytes, () -> near.copyFrom(array));
    time(results, FILL, kilobytes, () -> cpu.fill(BASE, NEAR, (byte) 3));
    time(results, PLAIN + FILL, kilobytes, () -> near.fill((byte) 3));
    return results;
  }

  private void load() {
    long sum = 0;
    for (long at = BASE; at < BASE + NEAR; at += Long.BYTES) {
      sum += cpu.loadLong(at);
    }
    sink = sum;
  }

  private void loadPlain() {
    long sum = 0;
    for (long at = 0; at < NEAR; at += Long.BYTES) {
      sum += plain.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    sink = sum;
  }

  private void store() {
    for (long at = BASE; at < BASE + NEAR; at += Long.BYTES) {
      cpu.storeLong(at, at);
    }
  }

  private void storePlain() {
    for (long at = 0; at < NEAR; at += Long.BYTES) {
      plain.set(ValueLayout.JAVA_LONG_UNALIGNED, at, at);
    }
  }

  private void add() {
    long sum = 0;
    for (long at = BASE; at < BASE + NEAR; at += Long.BYTES) {
      sum += atomics.getAndAddLong(at, 1);
    }
    sink = sum;
  }

  private void addPlain() {
    long sum = 0;
    for (long at = 0; at < NEAR; at += Long.BYTES) {
      sum += (long) WORD.getAndAdd(plain, at, 1L);
    }
    sink = sum;
  }

  private static long next(long random) {
    long x = random;
    x ^= x << 13;
    x ^= x >>> 7;
    return x ^ x << 17;
  }

  private void loadRandom(long bytes) {
    long mask = bytes / Long.BYTES - 1;
    long random = SEED;
    long sum = 0;
    for (int i = 0; i < RANDOM_ACCESSES; i++) {
      random = next(random);
      sum += cpu.loadLong(BASE + (random & mask) * Long.BYTES);
    }
    sink = sum;
  }

  private void loadRandomPlain(long bytes) {
    long mask = bytes / Long.BYTES - 1;
    long random = SEED;
    long sum = 0;
    for (int i = 0; i < RANDOM_ACCESSES; i++) {
      random = next(random);
      sum += plain.get(ValueLayout.JAVA_LONG_UNALIGNED, (random & mask) * Long.BYTES);
    }
    sink = sum;
  }

  private void storeRandom() {
    long mask = FAR / Long.BYTES - 1;
    long random = SEED;
    for (int i = 0; i < RANDOM_ACCESSES; i++) {
      random = next(random);
      cpu.storeLong(BASE + (random & mask) * Long.BYTES, random);
    }
  }
}
