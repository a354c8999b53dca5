// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Shows that a campaign can fail: puts one fault after the other into the model, and measures how
 * long fresh random sequences take to notice.
 */
public final class SelfTest {
  private static final int STEPS = 100;
  private static final int CROWDED_AFTER = 400;
  private static final int CROWDED_STEPS = 40;

  private final long secondsEach;
  private final long firstSeed;
  private final BooleanSupplier stopped;

  /**
   * A self-test.
   *
   * @param secondsEach how long to look for one fault
   * @param firstSeed of the sequences, the same for each fault
   * @param stopped whether to end early
   */
  public SelfTest(final long secondsEach, final long firstSeed, final BooleanSupplier stopped) {
    this.secondsEach = secondsEach;
    this.firstSeed = firstSeed;
    this.stopped = stopped;
  }

  /**
   * What became of one fault.
   *
   * @param rule the fault
   * @param place its class and method
   * @param seconds until it was found, or that were spent on it
   * @param calls made meanwhile
   * @param difference how it showed, first line; null if it did not
   */
  public record Result(
      String rule, String place, double seconds, long calls, @Nullable String difference) {}

  /**
   * Runs it.
   *
   * @param which faults whose class, method and rule have a match for it
   * @param watcher told each result as it comes
   */
  public List<Result> run(final Pattern which, final Consumer<? super Result> watcher)
      throws IOException, InterruptedException {
    final List<Result> results = new ArrayList<>();
    for (final Mutation fault : Faults.all()) {
      if (stopped.getAsBoolean() || !which.matcher(place(fault) + " " + fault.rule()).find()) {
        continue;
      }
      final AtomicReference<@Nullable Result> result = new AtomicReference<>();
      final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
      final Thread thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  result.set(look(fault));
                } catch (final IOException e) {
                  failure.set(e);
                }
              });
      thread.join();
      final IOException failed = failure.get();
      if (failed != null) {
        throw failed;
      }
      final Result found = result.get();
      if (found != null) {
        results.add(found);
        watcher.accept(found);
      }
    }
    return results;
  }

  private static String place(final Mutation fault) {
    return fault.className().substring(fault.className().lastIndexOf('.') + 1)
        + "."
        + fault.method();
  }

  private Result look(final Mutation fault) throws IOException {
    final long begin = System.nanoTime();
    final long end = begin + TimeUnit.SECONDS.toNanos(secondsEach);
    long calls = 0;
    String difference = null;
    try (Lockstep lockstep = new ModelLoader(fault).engine()) {
      for (int i = 0;
          difference == null && System.nanoTime() < end && !stopped.getAsBoolean();
          i++) {
        final boolean crowded = i % CROWDED_AFTER == CROWDED_AFTER - 1;
        final long seed = firstSeed + i;
        final Outcome outcome =
            lockstep.run(
                new Order(
                    seed, (seed & 1) == 0, crowded, List.of(), crowded ? CROWDED_STEPS : STEPS));
        calls += outcome.compared();
        difference = outcome.difference();
      }
    } catch (final HostException e) {
      throw e;
    } catch (final RuntimeException
        | IOException
        | LinkageError
        | StackOverflowError
        | AssertionError broken) {
      // the fault breaks the model before the first call
      difference = "the model broke: " + broken.getMessage();
    }
    return new Result(
        fault.rule(),
        place(fault),
        (System.nanoTime() - begin) / 1e9,
        calls,
        firstLine(difference));
  }

  private static @Nullable String firstLine(final @Nullable String text) {
    return text == null ? null : text.lines().findFirst().orElse("");
  }
}
