// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import dev.vmarea.host.system.HostConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many sequences, by several workers, until time or calls are used up. The corpus comes first.
 *
 * <p>{@link #stop} may be called from any thread; everything else by one.
 */
public final class Campaign {
  private static final long TICK_MILLIS = 200;

  private final Settings settings;
  private final Tally tally = new Tally();
  private final Corpus corpus;
  private final List<Order> first;
  private final AtomicInteger nextOfFirst = new AtomicInteger();
  private final AtomicLong nextSeed;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Map<String, Long> settingsAtStart = HostConfig.changeable();
  private final long end;

  /**
   * A campaign that has not begun.
   *
   * @throws IOException if the results folder cannot be used
   */
  public Campaign(final Settings settings) throws IOException {
    this.settings = settings;
    final @Nullable ResultsFolder results =
        settings.results() == null ? null : new ResultsFolder(settings.results());
    corpus = Corpus.open(results == null ? null : results.corpus());
    first = corpus.entries();
    nextSeed = new AtomicLong(settings.firstSeed());
    end =
        settings.seconds() == 0
            ? Long.MAX_VALUE
            : System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.seconds());
  }

  /** Lets every worker end after the sequence it is at. */
  public void stop() {
    stopped.set(true);
  }

  /**
   * Runs it.
   *
   * @param watcher told how far it is, a few times a second
   * @throws HostException if this host permits no puppets
   * @throws IOException if a worker could not go on
   */
  public Progress run(final Consumer<? super Progress> watcher)
      throws IOException, InterruptedException {
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < settings.workers(); i++) {
      // Tracing belongs to an operating-system thread.
      threads.add(Thread.ofPlatform().name("fuzz-" + i).start(this::work));
    }
    try {
      while (threads.stream().anyMatch(Thread::isAlive)) {
        Thread.sleep(TICK_MILLIS);
        watcher.accept(progress());
      }
    } finally {
      stop();
      for (final Thread thread : threads) {
        thread.join();
      }
    }
    final Throwable failed = failure.get();
    if (failed instanceof IOException cannotGoOn) {
      throw cannotGoOn;
    } else if (failed != null) {
      throw new IllegalStateException("a worker failed", failed);
    }
    final Progress done = progress();
    if (settings.results() != null) {
      new ResultsFolder(settings.results()).add(done);
    }
    return done;
  }

  private void work() {
    try {
      new Worker(this, settings, tally, corpus).run();
    } catch (final IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      stop();
    }
  }

  /** How far it is now. */
  public Progress progress() {
    final List<String> changed = new ArrayList<>();
    final Map<String, Long> now = HostConfig.changeable();
    settingsAtStart.forEach((name, value) -> {
      if (!value.equals(now.get(name))) {
        changed.add("vm." + name + ": " + value + " at first, then " + now.get(name));
      }
    });
    return tally.progress(corpus.size(), settings.firstSeed(), nextSeed.get(), changed);
  }

  /** Whether the workers are to end. */
  boolean over() {
    return stopped.get()
        || System.nanoTime() - end > 0 && settings.seconds() != 0
        || settings.calls() != 0 && tally.calls() >= settings.calls()
        || tally.divergences() >= settings.stopAfter();
  }

  /** The next sequence of the corpus that this campaign began with, or null. */
  @Nullable Order nextOfCorpus() {
    final int next = nextOfFirst.getAndIncrement();
    return next < first.size() ? first.get(next) : null;
  }

  long takeSeed() {
    return nextSeed.getAndIncrement();
  }
}
