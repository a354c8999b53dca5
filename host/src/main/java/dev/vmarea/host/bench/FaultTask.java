// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Faults: nanoseconds for one. First touches of anonymous pages, with frames that were used before
 * and must be zeroed; writes to pages that are shared after a fork; first touches by two threads,
 * each in an area of its own, faults a second.
 */
final class FaultTask implements Task {
  static final String FIRST_TOUCH = "first touch";
  static final String COPY_ON_WRITE = "copy-on-write";
  static final String PAGE_COPY = "copy of a page";
  static final String ONE_THREAD = "one thread";
  static final String TWO_THREADS = "two threads";
  static final String ONE_CORE = "arithmetic in one thread";
  static final String TWO_CORES = "arithmetic in two threads";

  private static final long BASE = 0x2000_0000_0000L;

  /** A table of page tables apart, and more. */
  private static final long APART = 1L << 32;

  private static final int PAGES = 4096;
  private static final int CHUNK = 64;
  private static final int THREAD_ROUNDS = 40;
  private static final int NUMBERS = 40_000_000;

  private final ModelSubject model = new ModelSubject();
  private final AddressSpace space = model.space();
  private final Cpu cpu = space.cpu();
  private final MemorySegment from = Arena.ofAuto().allocate(Pages.bytes(PAGES), Pages.SIZE);
  private final MemorySegment to = Arena.ofAuto().allocate(Pages.bytes(PAGES), Pages.SIZE);

  @SuppressWarnings("UnusedVariable") // keeps what is computed from being left out
  private volatile long sink;

  FaultTask() {
    from.fill((byte) 1);
    to.fill((byte) 2);
  }

  @Override
  public Map<String, Double> round() throws InterruptedException, ErrnoException {
    Map<String, Double> results = new LinkedHashMap<>();
    model.map(BASE, BASE + Pages.bytes(PAGES), 3);
    results.put(FIRST_TOUCH, touch(cpu));
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      results.put(COPY_ON_WRITE, touch(other));
    }
    child.exit();
    model.unmap(BASE, BASE + Pages.bytes(PAGES));
    results.put(PAGE_COPY, copy());
    cpu.offline();
    results.put(ONE_THREAD, together(1, this::faults, 1.0 * PAGES * THREAD_ROUNDS));
    results.put(TWO_THREADS, together(2, this::faults, 1.0 * PAGES * THREAD_ROUNDS));
    cpu.online();
    results.put(ONE_CORE, together(1, this::compute, NUMBERS));
    results.put(TWO_CORES, together(2, this::compute, NUMBERS));
    return results;
  }

  private static double touch(Cpu accessor) {
    ChunkTimes times = new ChunkTimes();
    for (int page = 0; page < PAGES; page += CHUNK) {
      long begun = System.nanoTime();
      for (int i = 0; i < CHUNK; i++) {
        accessor.storeByte(BASE + Pages.bytes(page + i), (byte) 42);
      }
      times.add(begun, CHUNK);
    }
    return times.median();
  }

  private double copy() {
    ChunkTimes times = new ChunkTimes();
    for (int page = 0; page < PAGES; page += CHUNK) {
      long begun = System.nanoTime();
      for (int i = 0; i < CHUNK; i++) {
        long at = Pages.bytes(page + i);
        MemorySegment.copy(from, at, to, at, Pages.SIZE);
      }
      times.add(begun, CHUNK);
    }
    return times.median();
  }

  /** Work of the thread with this number. */
  private interface Job {
    void run(int thread);
  }

  /** Operations a second of all threads together, each of which does {@code operations}. */
  private static double together(int threads, Job job, double operations)
      throws InterruptedException {
    CyclicBarrier barrier = new CyclicBarrier(threads + 1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        running.add(
            pool.submit(() -> {
              barrier.await();
              job.run(thread);
              return thread;
            }));
      }
      barrier.await();
      long begun = System.nanoTime();
      for (Future<?> future : running) {
        future.get();
      }
      return operations * threads * 1e9 / (System.nanoTime() - begun);
    } catch (ExecutionException | java.util.concurrent.BrokenBarrierException e) {
      throw new IllegalStateException("a thread failed: " + e.getCause(), e);
    }
  }

  /** Maps an area, touches it and throws it away, again and again, far from the other thread. */
  private void faults(int thread) {
    long start = BASE + thread * APART;
    try (Cpu own = space.cpu()) {
      for (int round = 0; round < THREAD_ROUNDS; round++) {
        model.map(start, start + Pages.bytes(PAGES), 3);
        for (int page = 0; page < PAGES; page++) {
          own.storeByte(start + Pages.bytes(page), (byte) 42);
        }
        model.unmap(start, start + Pages.bytes(PAGES));
      }
    }
  }

  private void compute(int thread) {
    SplittableRandom random = new SplittableRandom(thread);
    long sum = 0;
    for (int i = 0; i < NUMBERS; i++) {
      sum += random.nextInt(NUMBERS);
    }
    sink = sum;
  }
}
