// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.Replay;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.ReplaySettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model beside the kernel of this machine: the corpus, then a fresh campaign. {@code
 * -Dvmarea.fuzz.seconds=N} makes the campaign longer or shorter than 30 s, {@code
 * -Dvmarea.fuzz.seed=N} begins at another seed. Skipped, visibly, where the host permits no ptrace
 * or its kernel is not the one that the profile claims.
 */
class FuzzTest {
  private static final long SECONDS = Long.getLong("vmarea.fuzz.seconds", 30);
  private static final long SEED =
      Long.getLong("vmarea.fuzz.seed", System.currentTimeMillis() & 0xffff_ffffL);

  @TempDir private Path directory;

  /** Runs something that needs the host, on a thread of its own; skips where it cannot be. */
  private static <T> T onHost(final Callable<T> action) throws Exception {
    if (!Profile.forRelease(System.getProperty("os.version", "")).exact()) {
      abort("this kernel has no profile of its own, so nothing is claimed about it");
    }
    final FutureTask<T> task = new FutureTask<>(action);
    Thread.ofPlatform().start(task);
    try {
      return task.get();
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof HostException refused) {
        return abort("puppets cannot be made here: " + refused.getMessage());
      }
      throw e;
    }
  }

  private static Path corpus() throws URISyntaxException {
    return Path.of(Objects.requireNonNull(FuzzTest.class.getResource("corpus")).toURI());
  }

  @Test
  void theCorpusShowsNoDifference() throws Exception {
    final List<Order> orders = Corpus.read(corpus());
    final List<String> differences =
        onHost(() -> {
          final List<String> found = new ArrayList<>();
          try (Lockstep lockstep = new ModelLoader(null).engine()) {
            for (final Order order : orders) {
              final Outcome outcome = lockstep.run(order);
              if (outcome.difference() != null) {
                found.add(outcome.calls().getLast() + ": " + outcome.difference());
              }
            }
          }
          return found;
        });

    assertThat(orders).hasSizeGreaterThan(50);
    assertThat(differences).isEmpty();
  }

  @Test
  void aFreshCampaignFindsNoDifference() throws Exception {
    final Campaign campaign =
        new Campaign(new Settings(SECONDS, 0, SEED, 1, 100, directory, 1, true, true));
    final Progress done =
        onHost(() -> {
          return campaign.run(progress -> {});
        });

    for (final Divergence divergence : done.divergences()) {
      fail(
          "seed %d, privileged %s:%n%s%n%s",
          divergence.order().seed(),
          divergence.order().privileged(),
          String.join("\n", divergence.order().given()),
          divergence.finding().difference());
    }
    assertThat(done.calls()).isGreaterThan(SECONDS * 100);
    assertThat(done.branches()).isGreaterThan(500);
    assertThat(new ResultsFolder(directory).campaigns()).hasSize(1);
    assertThat(new ResultsFolder(directory).nextSeed()).isEqualTo(done.nextSeed());
    try (Stream<Path> files = Files.list(directory.resolve("corpus"))) {
      assertThat(files.count()).isPositive();
    }
  }

  @Test
  void aFaultIsFoundAndShrunkToALogThatReplays() throws Exception {
    final Mutation fault =
        Faults.all().stream()
            .filter(f -> f.method().equals("outerAnonAgree"))
            .findFirst()
            .orElseThrow();
    final @Nullable Finding found =
        onHost(() -> {
          try (Lockstep lockstep = new ModelLoader(fault).engine()) {
            for (int seed = 1; seed < 2000; seed++) {
              final Order order = new Order(seed, true, false, List.of(), 100);
              if (lockstep.run(order).difference() != null) {
                final Order small = lockstep.shrink(order);
                assertThat(small.given()).hasSizeLessThan(12);
                return lockstep.tell(small);
              }
            }
          }
          return null;
        });

    assertThat(found).isNotNull();
    if (found != null) {
      assertThat(found.difference()).contains("maps");
      assertThat(found.program()).contains("int main(void)");
      // This model has not the fault, so it agrees with what the kernel did.
      final ReplayReport report =
          Replay.run(
              new ByteArrayInputStream(found.strace().getBytes(StandardCharsets.ISO_8859_1)),
              "the finding",
              ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18),
              problem -> fail(problem.toString()));
      assertThat(report.divergences()).isEmpty();
      assertThat(report.identical()).isTrue();
    }
  }

  @Test
  void theSelfTestNamesWhatItFound() throws Exception {
    final List<SelfTest.Result> results =
        onHost(() ->
            new SelfTest(30, 1, () -> false)
                .run(Pattern.compile("MergeRules.attributes.* 2 of"), result -> {}));

    assertThat(results).hasSize(1);
    assertThat(results.getFirst().difference()).isNotNull();
  }

  @Test
  void resultsOfAnotherMachineAreTakenIn() throws IOException {
    final Path other = directory.resolve("other");
    final Path mine = directory.resolve("mine");
    Files.createDirectories(other.resolve("corpus"));
    Files.writeString(
        other.resolve("corpus").resolve("1-2.calls"), "privileged=true\nmunlockall()\n");
    Files.writeString(
        other.resolve("campaigns.json"),
        "{\"schema\":1,\"campaigns\":[{\"firstSeed\":5,\"nextSeed\":9,\"sequences\":4,\"calls\":40,"
            + "\"milliseconds\":7,\"differences\":0}]}");
    final ResultsFolder results = new ResultsFolder(mine);

    assertThat(results.nextSeed()).isEqualTo(1);
    assertThat(results.merge(other)).isEqualTo(1);
    assertThat(results.merge(other)).isZero();
    assertThat(results.nextSeed()).isEqualTo(9);
    assertThat(results.campaigns()).hasSize(1);
    assertThat(Corpus.read(mine.resolve("corpus")).getFirst().given())
        .containsExactly("munlockall()");
  }

  @Test
  void aSequenceNearTheLimitOfAreasIsReadAsItWasWritten(@TempDir Path folder) throws IOException {
    Order written = new Order(0, true, true, List.of("munmap(0x10000000, 0x1000)"), 0);
    Path file = folder.resolve("some.calls");
    Corpus.write(file, written);
    assertThat(Corpus.readFile(file)).isEqualTo(written);
  }
}
