// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of calls: the core against the naive model, and the core's own invariants, after
 * every step. {@code -Dvmarea.random.seconds=N} runs each test that long, {@code
 * -Dvmarea.random.seed=N} starts from that seed.
 */
class RandomCallsTest {
  private static final int STEPS = 150;
  private static final int BATCH_RUNS = 150;
  private static final long FIRST_SEED = Long.getLong("vmarea.random.seed", 1);
  private static final long NANOS = Long.getLong("vmarea.random.seconds", 0) * 1_000_000_000L;

  @Test
  void coreAgreesWithNaiveModel() {
    runSeeds(true);
  }

  @Test
  void everyVerbKeepsInvariants() {
    runSeeds(false);
  }

  private static void runSeeds(boolean modelled) {
    long begin = System.nanoTime();
    for (long run = 0; run < BATCH_RUNS || System.nanoTime() - begin < NANOS; run++) {
      long seed = FIRST_SEED + run;
      List<Call> calls = generateUntilFailure(seed, modelled);
      String problem = check(calls, modelled);
      if (problem != null) {
        List<Call> shrunk = Shrinker.shrink(calls, part -> check(part, modelled) != null);
        fail(
            "seed %d, shrunk from %d calls to %d:%n%s%n%s",
            seed, calls.size(), shrunk.size(), script(shrunk), check(shrunk, modelled));
      }
    }
  }

  /** The calls of one seed; ends with the first that goes wrong. */
  private static List<Call> generateUntilFailure(long seed, boolean modelled) {
    CallGenerator generator =
        new CallGenerator(seed, modelled ? Vocabulary.MODELLED : Vocabulary.ALL);
    TestSpace space = new TestSpace();
    NaiveModel naive = new NaiveModel();
    List<Call> calls = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      Call call = generator.next(space);
      calls.add(call);
      if (step(space, modelled ? naive : null, call) != null) {
        break;
      }
    }
    return calls;
  }

  /** What is wrong after some call of the sequence, or null. */
  private static @Nullable String check(List<Call> calls, boolean modelled) {
    TestSpace space = new TestSpace();
    NaiveModel naive = new NaiveModel();
    for (Call call : calls) {
      String problem = step(space, modelled ? naive : null, call);
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private static @Nullable String step(TestSpace space, @Nullable NaiveModel naive, Call call) {
    try {
      long result = space.run(call);
      space.space().verify();
      if (naive == null) {
        return null;
      }
      long expected = naive.run(call);
      if (result != expected) {
        return call + ": core " + result + ", naive model " + expected + "\n" + space.layout();
      }
      String layout = space.layout();
      String naiveLayout = naive.layout();
      return layout.equals(naiveLayout)
          ? null
          : call + ":\ncore\n" + layout + "naive model\n" + naiveLayout;
    } catch (RuntimeException broken) {
      return call + ": " + broken;
    }
  }

  /** The calls as strace would show them, with the core's results. */
  private static String script(List<Call> calls) {
    TestSpace space = new TestSpace();
    return calls.stream()
        .map(call -> {
          try {
            return call + " = " + space.run(call);
          } catch (RuntimeException broken) {
            return call + " = ?";
          }
        })
        .collect(Collectors.joining("\n"));
  }
}
