// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One thread of a campaign, with its own model and puppet. */
final class Worker {
  // Puppets start near the limit of areas that often: such a sequence takes seconds.
  private static final int CROWDED = 1000;
  private static final int CROWDED_STEPS = 40;
  private static final int MOST_DEATHS_IN_A_ROW = 20;

  private final Campaign campaign;
  private final Settings settings;
  private final Tally tally;
  private final Corpus corpus;
  private int deaths;

  Worker(final Campaign campaign, final Settings settings, final Tally tally, final Corpus corpus) {
    this.campaign = campaign;
    this.settings = settings;
    this.tally = tally;
    this.corpus = corpus;
  }

  void run() throws IOException {
    final ModelLoader loader = new ModelLoader(null);
    try (Lockstep lockstep = loader.engine(settings.hugePages())) {
      tally.missing(lockstep.missing());
      while (!campaign.over()) {
        final Order given = campaign.nextOfCorpus();
        if (given != null) {
          one(lockstep, given, false);
          continue;
        }
        final long seed = campaign.takeSeed();
        one(lockstep, fresh(seed), true);
        final Order carriedOn = settings.guided() ? carryOn(seed) : null;
        if (carriedOn != null && !campaign.over()) {
          one(lockstep, carriedOn, false);
        }
        tally.branches(loader.branches());
      }
    }
  }

  private Order fresh(final long seed) {
    final boolean crowded = Math.floorMod(seed, CROWDED) == CROWDED - 1;
    return new Order(
        seed, (seed & 1) == 0, crowded, List.of(), crowded ? CROWDED_STEPS : settings.steps());
  }

  /** Part of a sequence that covered something new, perhaps with gaps, and random calls behind. */
  private @Nullable Order carryOn(final long seed) {
    final SplittableRandom random = new SplittableRandom(~seed);
    final Order known = corpus.any(random);
    if (known == null) {
      return null;
    }
    final List<String> calls = new ArrayList<>(known.given());
    final int length = calls.isEmpty() ? 0 : 1 + random.nextInt(calls.size());
    calls.subList(length, calls.size()).clear();
    if (random.nextInt(3) == 0) {
      calls.removeIf(call -> random.nextInt(8) == 0);
    }
    final int more = Math.max(5, settings.steps() / 2 - calls.size() / 2);
    return new Order(seed, known.privileged(), false, calls, more);
  }

  private void one(final Lockstep lockstep, final Order order, final boolean isFresh)
      throws IOException {
    final Outcome outcome;
    try {
      outcome = lockstep.run(order);
      deaths = 0;
    } catch (final HostException e) {
      throw e;
    } catch (final IOException died) {
      tally.replaced();
      if (++deaths > MOST_DEATHS_IN_A_ROW) {
        throw died;
      }
      return;
    }
    final boolean fresh = tally.add(outcome, isFresh);
    if (outcome.difference() != null) {
      found(lockstep, order, outcome);
    } else if (fresh && !order.crowded() && (isFresh || order.random() > 0)) {
      corpus.add(new Order(order.seed(), order.privileged(), false, outcome.calls(), 0));
    }
  }

  /** The fewest calls that still differ; all if shrinking takes too long or the puppet dies. */
  private static Order shrunk(final Lockstep lockstep, final Order order, final Outcome outcome) {
    final Order whole = order.exactly(outcome.calls());
    if (order.crowded()) {
      return whole;
    }
    try {
      return lockstep.shrink(order);
    } catch (final IOException died) {
      return whole;
    }
  }

  private void found(final Lockstep lockstep, final Order order, final Outcome outcome)
      throws IOException {
    final Order small = shrunk(lockstep, order, outcome);
    final Finding told = lockstep.tell(small);
    final Finding finding =
        told.difference().isEmpty()
            ? new Finding(
                "seen once, not when it was made again: " + outcome.difference(),
                told.strace(),
                told.program())
            : told;
    Path script = null;
    if (settings.results() != null) {
      final Path folder = new ResultsFolder(settings.results()).divergences();
      Files.createDirectories(folder);
      final String name = Corpus.name(small);
      script = folder.resolve(name + ".strace");
      Files.writeString(script, finding.strace(), StandardCharsets.ISO_8859_1);
      Files.writeString(
          folder.resolve(name + ".c"), finding.program(), StandardCharsets.ISO_8859_1);
      Corpus.write(folder.resolve(name), small);
    }
    tally.found(new Divergence(small, finding, script));
  }
}
