// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.host.evidence.FaultEvidence.FaultKind;
import dev.vmarea.host.evidence.FaultEvidence.PresenceKind;
import dev.vmarea.host.evidence.FaultEvidence.Sources;
import dev.vmarea.host.system.HugePagePolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Small C programs of known behaviour, and what is seen of them; the scenes are in scenes.c. */
class FaultEvidenceTest {
  private static final String A = "0x100000000000";
  private static final String B = "0x100000003000";
  private static final String C = "0x100000006000";

  private static final Path FRAME_FLAGS = Path.of("/proc/kpageflags");

  @TempDir private static Path directory;
  private static Path scenes = Path.of("");

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    assumeTrue(TracedProgram.compiler() != null, "no C compiler on this machine");
    assumeTrue(TracedProgram.permitted(), "ptrace is not permitted here");
    try (InputStream source = FaultEvidenceTest.class.getResourceAsStream("scenes.c")) {
      assertThat(source).isNotNull();
      scenes =
          TracedProgram.compile(
              directory, "scenes", new String(source.readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  /** Runs a scene; the exit status says that the scene did what it should. */
  private static TracedProgram.Result run(final Sources sources, final String... scene) {
    final TracedProgram.Result result =
        TracedProgram.run(
            sources, Stream.concat(Stream.of(scenes.toString()), Stream.of(scene)).toList());
    assertThat(result.exitStatus()).isZero();
    return result;
  }

  private static Sources faults(final FaultKind kind) {
    return new Sources(kind, PresenceKind.PAGEMAP_SCAN, true);
  }

  private static void assumeSource(final TracedProgram.Result result, final FaultKind kind) {
    assumeTrue(
        result.faults().equals(kind.text()),
        () -> "faults are not observable by " + kind + " here, only by " + result.faults());
  }

  /** The evidence about the playground, without the process. */
  private static List<String> playground(final TracedProgram.Result result) {
    return result.lines().stream()
        .filter(line -> line.matches("(fault|anon|grow) P\\d+ 0x100.*"))
        .map(line -> line.replaceFirst(" P\\d+", ""))
        .toList();
  }

  static Stream<FaultKind> faultKinds() {
    return Stream.of(FaultKind.TRACEPOINT, FaultKind.PERF);
  }

  static Stream<Sources> presenceSources() {
    return Stream.of(
        new Sources(FaultKind.NONE, PresenceKind.PAGEMAP_SCAN, true),
        new Sources(FaultKind.NONE, PresenceKind.PAGEMAP_SCAN, false),
        new Sources(FaultKind.NONE, PresenceKind.PAGEMAP, true),
        new Sources(FaultKind.NONE, PresenceKind.SMAPS, true),
        new Sources(FaultKind.NONE, PresenceKind.SMAPS, false));
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void firstWritesAreSeenInTheirOrder(final FaultKind kind) {
    final TracedProgram.Result shuffled = run(faults(kind), "order", "021", "w");
    assumeSource(shuffled, kind);
    assertThat(playground(shuffled))
        .containsExactly("fault " + A + " w", "fault " + C + " w", "fault " + B + " w");
    assertThat(playground(run(faults(kind), "order", "012", "w")))
        .containsExactly("fault " + A + " w", "fault " + B + " w", "fault " + C + " w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void readFaultsAreNoWrites(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "order", "021", "r");
    assumeSource(result, kind);
    assertThat(playground(result)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void readsBeforeDoNotHideTheOrderOfWrites(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "read-first");
    assumeSource(result, kind);
    assertThat(playground(result)).containsExactly("fault 0x100000004000 w", "fault " + A + " w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void writesOfTheKernelAreSeen(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "order", "201", "k");
    assumeSource(result, kind);
    assertThat(playground(result))
        .containsExactly("fault " + C + " w", "fault " + A + " w", "fault " + B + " w");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void presenceTellsThatPagesWereWritten(final Sources sources) {
    assertThat(playground(run(sources, "order", "21", "w")))
        .containsExactly(
            "anon 0x100000003000-0x100000006000", "anon 0x100000006000-0x100000009000");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void populatedPagesAreSeenByPresence(final Sources sources) {
    assertThat(playground(run(sources, "populate")))
        .containsExactly("anon 0x100000000000-0x100000004000");
  }

  @Test
  void populatedPagesAreSeenBesideFaults() {
    assertThat(playground(run(Sources.BEST, "populate")))
        .containsExactly("anon 0x100000000000-0x100000004000");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void zeroPagesAreNotAnonymous(final Sources sources) {
    assertThat(playground(run(sources, "zero-page"))).isEmpty();
  }

  private static void assumeHugePages() {
    assumeTrue(
        HugePagePolicy.read().when() != HugePagePolicy.When.NEVER,
        "no transparent huge pages on this host");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void theHugeZeroPageTellsOfAnAnonVma(final Sources sources) {
    assumeHugePages();
    assumeTrue(sources.presence() != PresenceKind.SMAPS, "smaps does not show the huge zero page");
    final TracedProgram.Result result = run(sources, "huge-zero-page");
    assumeTrue(
        !sources.presence().equals(PresenceKind.PAGEMAP) || Files.isReadable(FRAME_FLAGS),
        "the zero page cannot be told apart without /proc/kpageflags");
    assertThat(playground(result)).containsExactly("anon 0x100000000000-0x100000400000");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void readsOfHugePagesAreSeenInTheirOrder(final FaultKind kind) {
    assumeHugePages();
    final TracedProgram.Result result = run(faults(kind), "huge-order");
    assumeSource(result, kind);
    assertThat(playground(result))
        .containsExactly(
            "anon 0x100000400000-0x100000600000",
            "anon 0x100000000000-0x100000200000",
            "fault 0x100000258000 w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void everyThreadsWritesAreSeenInItsOrder(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "threads");
    assumeSource(result, kind);
    final List<Long> pages =
        playground(result).stream()
            .map(line -> Long.decode(line.split(" ", -1)[1]) >> 13 & 0xffff)
            .toList();
    assertThat(pages).hasSize(400).doesNotHaveDuplicates();
    for (int thread = 0; thread < 4; thread++) {
      final int number = thread;
      assertThat(pages.stream().filter(page -> page % 4 == number).toList())
          .hasSize(100)
          .isSortedAccordingTo(Comparator.reverseOrder());
    }
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void hugePagesAreAnonymous(final Sources sources) {
    assertThat(playground(run(sources, "huge-page")))
        .containsExactly("anon 0x100000000000-0x100000400000");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void copiedPagesOfPrivateFilesAreAnonymous(final Sources sources) {
    assertThat(playground(run(sources, "file")))
        .containsExactly("anon 0x100000004000-0x100000006000");
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void sharedMemoryDoesNotMatter(final FaultKind kind) {
    assertThat(playground(run(faults(kind), "shared"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void whatIsMappedAnewIsSeenAnew(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "replaced");
    assumeSource(result, kind);
    assertThat(playground(result)).containsExactly("fault " + A + " w", "fault " + A + " w");
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void stackGrowthIsSeen(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "stack");
    final List<String> grown = result.of("grow");
    assertThat(grown).hasSize(1);
    final String[] words = grown.getFirst().split(" ", -1);
    final long bytes = Long.decode(words[3]) - Long.decode(words[2]);
    assertThat(bytes).isGreaterThan(256 * 4096L);
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void growthOfMappedStacksIsSeenUpToTheExit(final FaultKind kind) {
    assertThat(playground(run(faults(kind), "growsdown")))
        .filteredOn(line -> line.startsWith("grow"))
        .containsExactly(
            "grow 0x10000003c000 0x100000041000", "grow 0x100000032000 0x100000041000");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void childrenInheritWhatWasWritten(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "fork");
    assumeSource(result, kind);
    // the child's first page was written before the fork; the third is wiped in the child
    assertThat(result.lines())
        .filteredOn(line -> line.matches("(fault P\\d 0x100|fork).*"))
        .containsExactly(
            "fault P0 " + A + " w",
            "fault P0 0x100000008000 w",
            "fork P0 P1",
            "fault P1 0x100000004000 w",
            "fault P1 0x100000008000 w");
  }

  @Test
  void presenceOfTheParentIsToldBeforeTheFork() {
    final TracedProgram.Result result =
        run(new Sources(FaultKind.NONE, PresenceKind.PAGEMAP_SCAN, true), "fork");
    assertThat(result.lines())
        .filteredOn(line -> line.matches("(anon P\\d 0x100|fork).*"))
        .startsWith(
            "anon P0 0x100000000000-0x100000001000",
            "anon P0 0x100000008000-0x100000009000",
            "fork P0 P1");
  }

  @ParameterizedTest
  @MethodSource("presenceSources")
  void kernelPagesAreNotAnonymous(final Sources sources) {
    // at a fork every mapping is looked at, [vvar] and [vdso] too
    final TracedProgram.Result result = run(sources, "fork");
    assertThat(result.of("anon")).isNotEmpty();
    final List<String> vvar =
        result.of("anon").stream()
            .map(line -> line.split(" ", -1)[2])
            .filter(range -> Long.decode(range.split("-", -1)[0]) >= 0x7fff_ffff_0000L)
            .toList();
    assertThat(vvar).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void faultsOfThreadsAreSeen(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "thread");
    assumeSource(result, kind);
    assertThat(playground(result)).containsExactly("fault 0x100000004000 w", "fault " + A + " w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void vforkChildrenWriteToTheParentsMemory(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "vfork");
    assumeSource(result, kind);
    assertThat(playground(result)).containsExactly("fault " + A + " w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void execForgets(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "exec");
    assumeSource(result, kind);
    final int exec = result.lines().lastIndexOf("exec P0");
    assertThat(result.lines().subList(exec, result.lines().size()))
        .contains("fault P0 " + A + " w");
  }

  @ParameterizedTest
  @MethodSource("faultKinds")
  void floodsOfFaultsLoseNoFirstWrite(final FaultKind kind) {
    final TracedProgram.Result result = run(faults(kind), "flood", "150000");
    assumeSource(result, kind);
    if (result.lost() > 0) {
      // A starved machine: then the loss has to be said, and presence speaks for what was lost.
      assertThat(result.lines()).anyMatch(line -> line.startsWith("lost "));
      Assumptions.abort("too busy to take the records in time, lost " + result.lost());
    }
    assertThat(playground(result))
        .containsExactly(
            "fault 0x1000249f1000 w", "fault 0x100000000000 w", "fault 0x1000249f0000 w");
  }

  @Test
  void neighboursOfPlacesTheKernelChoseAreLookedAt() {
    final TracedProgram.Result result =
        run(new Sources(FaultKind.NONE, PresenceKind.PAGEMAP_SCAN, true), "hintless");
    final int size = result.lines().size();
    // anon <upper neighbour>, then the last mmap, then the exit
    assertThat(result.lines().get(size - 3)).startsWith("anon P0 ");
    final String last = result.lines().get(size - 2);
    final long placed = Long.parseLong(last.substring(last.lastIndexOf(' ') + 1), 16);
    assertThat(result.lines().get(size - 3))
        .contains(" 0x" + Long.toHexString(placed + 32 * 4096) + "-");
  }

  @Test
  void withoutAnySourceNothingIsSaid() {
    final TracedProgram.Result result =
        run(new Sources(FaultKind.NONE, PresenceKind.NONE, true), "order", "021", "w");
    assertThat(result.faults()).isEqualTo("none");
    assertThat(result.presence()).isEqualTo("none");
    assertThat(playground(result)).isEmpty();
  }
}
