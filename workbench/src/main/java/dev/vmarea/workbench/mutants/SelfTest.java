// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Shows that a check can fail: puts one fault after the other into the ports, and measures how long
 * the workbench takes to notice.
 */
public final class SelfTest {
  private static final String ENDLESS = "does not end";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Duration each;
  private final BooleanSupplier stopped;

  /**
   * A self-test.
   *
   * @param each how long to look for one fault
   * @param stopped whether to end early
   */
  public SelfTest(Duration each, BooleanSupplier stopped) {
    this.each = each;
    this.stopped = stopped;
  }

  /**
   * What became of one fault.
   *
   * @param user whose port it is in
   * @param place its class and method
   * @param fault what becomes wrong
   * @param seconds until it was found, or that were spent on it
   * @param finding how it showed; null if it did not
   * @param excuse why nobody can see it; empty if that is not so
   */
  public record Result(
      String user,
      String place,
      String fault,
      double seconds,
      @Nullable String finding,
      String excuse) {
    /** Whether a check finds it. */
    public boolean isFound() {
      return finding != null;
    }
  }

  /** Number of faults that there are. */
  public static int size() throws IOException {
    return FaultFinder.all().size();
  }

  /**
   * Runs it, several ports at a time.
   *
   * @param which faults whose user, class, method and kind have a match for it
   * @param every of those every so manieth, 1 for all
   * @param watcher told each result as it comes, by one thread at a time
   */
  public List<Result> run(Pattern which, int every, Consumer<? super Result> watcher)
      throws IOException, InterruptedException {
    List<Fault> all = FaultFinder.all();
    List<Fault> chosen = all.stream().filter(f -> which.matcher(f.name()).find()).toList();
    Map<String, List<Fault>> byUser = new LinkedHashMap<>();
    for (int i = 0; i < chosen.size(); i += every) {
      byUser.computeIfAbsent(chosen.get(i).user(), u -> new ArrayList<>()).add(chosen.get(i));
    }
    ConcurrentLinkedQueue<List<Fault>> waiting = new ConcurrentLinkedQueue<>();
    byUser.values().stream()
        .sorted((a, b) -> Integer.compare(b.size(), a.size()))
        .forEach(waiting::add);
    Map<Integer, Result> results = new TreeMap<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(waiting.size(), processors()); i++) {
      Worker worker =
          new Worker(
              all,
              (fault, result) -> {
                synchronized (results) {
                  results.put(fault.number(), result);
                  watcher.accept(result);
                }
              });
      workers.add(
          Thread.ofPlatform()
              .name("self-test " + (i + 1))
              .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
              .start(() -> worker.work(waiting)));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("the self-test ended early", failed);
    }
    return List.copyOf(results.values());
  }

  private static int processors() {
    return Math.max(1, Runtime.getRuntime().availableProcessors());
  }

  /** Is told what became of a fault. */
  private interface Told {
    void result(Fault fault, Result result);
  }

  /** Looks at the faults of one port after the other, in classes of its own. */
  private final class Worker {
    private final List<Fault> all;
    private final Told told;
    private Trial trial;

    Worker(List<Fault> all, Told told) {
      this.all = all;
      this.told = told;
      this.trial = new FaultLoader(all).trial();
    }

    void work(ConcurrentLinkedQueue<List<Fault>> waiting) {
      for (List<Fault> faults = waiting.poll(); faults != null; faults = waiting.poll()) {
        boolean learned = false;
        for (Fault fault : faults) {
          if (stopped.getAsBoolean()) {
            return;
          }
          if (!learned) {
            trial.learn(fault.user(), each);
            learned = true;
          }
          Result result = look(fault);
          told.result(fault, result);
          if (ENDLESS.equals(result.finding())) {
            trial = new FaultLoader(all).trial(); // the old one is busy for ever
            learned = false;
          }
        }
      }
    }

    private Result look(Fault fault) {
      long begin = System.nanoTime();
      AtomicReference<@Nullable String> finding = new AtomicReference<>(ENDLESS);
      Trial mine = trial;
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  finding.set(mine.look(fault.user(), fault.number(), each));
                } catch (RuntimeException | StackOverflowError | AssertionError broken) {
                  finding.set("the model breaks: " + broken);
                }
              });
      try {
        thread.join(each.plus(PATIENCE));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      String text = finding.get();
      return new Result(
          fault.user(),
          fault.place(),
          fault.what(),
          (System.nanoTime() - begin) / 1e9,
          text == null ? null : text.lines().findFirst().orElse(""),
          text == null ? Excuses.of(fault) : "");
    }
  }
}
