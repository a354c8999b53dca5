// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * Readers and a writer in one address space: operations a second. The arithmetic that shares
 * nothing tells what two threads could gain on this machine at this moment.
 */
final class ThreadsTask implements Task {
  static final String ONE_READER = "one reader";
  static final String ONE_READER_CPU = "one reader, by processor time";
  static final String TWO_READERS = "two readers";
  static final String WRITER = "writer";
  static final String WRITER_BESIDE = "writer beside a reader";
  static final String WRITER_CPU = "writer, by processor time";
  static final String WRITER_BESIDE_CPU = "writer beside a reader, by processor time";
  static final String READER_BESIDE = "reader beside a writer";
  static final String READER_LOCKED = "reader while the writer's lock is held";
  static final String ONE_CORE = "arithmetic in one thread";
  static final String TWO_CORES = "arithmetic in two threads";

  private static final int BATCH = 64;

  private final ModelSubject model = new ModelSubject();
  private final Arena arena;
  private final int mappings;
  private final long millis;
  private volatile long sink;

  ThreadsTask(int mappings, long millis) {
    this.mappings = mappings;
    this.millis = millis;
    this.arena = new Arena(mappings, Math.min(mappings / 16, 20_000));
    arena.build(model);
    arena.choose();
  }

  @Override
  public Map<String, Double> round() throws InterruptedException {
    Map<String, Double> results = new LinkedHashMap<>();
    results.put(ONE_CORE, together(this::compute).get(0).bySecond());
    results.put(TWO_CORES, sum(together(this::compute, this::compute)));
    Rate reader = together(this::read).get(0);
    results.put(ONE_READER, reader.bySecond());
    results.put(ONE_READER_CPU, reader.byProcessorSecond());
    results.put(TWO_READERS, sum(together(this::read, this::read)));
    Rate writer = together(this::write).get(0);
    results.put(WRITER, writer.bySecond());
    results.put(WRITER_CPU, writer.byProcessorSecond());
    List<Rate> both = together(this::write, this::read);
    results.put(WRITER_BESIDE, both.get(0).bySecond());
    results.put(WRITER_BESIDE_CPU, both.get(0).byProcessorSecond());
    results.put(READER_BESIDE, both.get(1).bySecond());
    ReentrantLock lock = model.space().mm().lock();
    lock.lock();
    try {
      results.put(READER_LOCKED, together(this::read).get(0).byProcessorSecond());
    } finally {
      lock.unlock();
    }
    arena.check(model);
    return results;
  }

  /** Operations a second, by the clock and by the processor time the thread had. */
  private record Rate(double bySecond, double byProcessorSecond) {}

  private static double sum(List<Rate> rates) {
    return rates.stream().mapToDouble(Rate::bySecond).sum();
  }

  private static Rate rate(ToLongFunction<AtomicBoolean> job, AtomicBoolean running) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long begun = System.nanoTime();
    double operations = job.applyAsLong(running) * 1e9;
    long elapsed = System.nanoTime() - begun;
    return new Rate(operations / elapsed, operations / (threads.getCurrentThreadCpuTime() - cpu));
  }

  /** Lets all jobs run for the same time. */
  @SafeVarargs
  private List<Rate> together(ToLongFunction<AtomicBoolean>... jobs) throws InterruptedException {
    AtomicBoolean running = new AtomicBoolean(true);
    try (ExecutorService threads = Executors.newFixedThreadPool(jobs.length)) {
      List<Future<Rate>> results = new ArrayList<>();
      for (ToLongFunction<AtomicBoolean> job : jobs) {
        results.add(threads.submit(() -> rate(job, running)));
      }
      Thread.sleep(millis);
      running.set(false);
      List<Rate> rates = new ArrayList<>();
      for (Future<Rate> result : results) {
        rates.add(result.get());
      }
      return rates;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread failed: " + e.getCause(), e);
    }
  }

  private long read(AtomicBoolean running) {
    SplittableRandom random = new SplittableRandom(1);
    long operations = 0;
    long sum = 0;
    while (running.get()) {
      for (int i = 0; i < BATCH; i++) {
        // The first page of a slot is mapped whatever the writer is about.
        sum += model.lookup(Arena.BASE + random.nextInt(mappings) * 8L * Arena.PAGE);
      }
      operations += BATCH;
    }
    sink = sum;
    return operations;
  }

  private long write(AtomicBoolean running) {
    long operations = 0;
    while (running.get()) {
      Operation.SPLIT.run(model, arena, 0, BATCH);
      Operation.JOIN.run(model, arena, 0, BATCH);
      arena.choose();
      operations += 2 * BATCH;
    }
    return operations;
  }

  private long compute(AtomicBoolean running) {
    SplittableRandom random = new SplittableRandom(1);
    long operations = 0;
    long sum = 0;
    while (running.get()) {
      for (int i = 0; i < BATCH; i++) {
        sum += random.nextInt(mappings);
      }
      operations += BATCH;
    }
    sink = sum;
    return operations;
  }

  @Override
  public String toString() {
    return "threads, sum " + sink;
  }
}
