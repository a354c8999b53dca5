// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.trace.replay.Replay;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.ReplaySettings;
import dev.vmarea.workbench.explore.FailureSweep;
import dev.vmarea.workbench.explore.LifeCycles;
import dev.vmarea.workbench.explore.Surroundings;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the workbench does and sees, a replay of its script does and sees. */
class ScriptTextTest {
  @TestFactory
  Stream<DynamicTest> scriptsReplayAsTheyWereRun() {
    List<DynamicTest> tests = new ArrayList<>();
    for (UserKind kind : UserCatalog.all()) {
      for (Variant variant : kind.variants()) {
        for (Profile profile : List.of(Profile.SETTLED, Profile.LINUX_6_18)) {
          if (variant.existsIn(profile)) {
            Subject subject = Subject.of(kind, variant, profile);
            tests.add(DynamicTest.dynamicTest(subject.toString(), () -> check(subject)));
          }
        }
      }
    }
    return tests.stream();
  }

  private static void check(Subject subject) {
    Ground ground = subject.kind().grounds().getFirst();
    Act.Placing mapping = ground.mapping();
    for (Surroundings around : Surroundings.values()) {
      if (around.isTelling() && around.exists(ground, mapping)) {
        sweep(subject, ground, around.with(ground, mapping));
      }
    }
    sweep(subject.stacked(true), ground, List.of(mapping));
    sweep(subject, ground, List.of(mapping, new Act.Fork(0)));
    for (List<Act> life : new LifeCycles(ground).single()) {
      replay(Run.of(subject, ground, life));
    }
    replay(Run.of(subject, ground, List.of(mapping, new Act.Exit(0), new Act.Close(0))));
    if (subject.profile() == Profile.SETTLED) {
      for (Ground other : subject.kind().grounds()) {
        List<Act> acts = new ArrayList<>(List.of(other.mapping()));
        acts.addAll(other.events());
        replay(Run.of(subject, other, acts));
      }
    }
  }

  private static void sweep(Subject subject, Ground ground, List<Act> acts) {
    FailureSweep.run(subject, ground, acts, ScriptTextTest::replay);
  }

  private static void replay(Run run) {
    ScriptText script = ScriptText.of(run, List.of("vmarea fail nothing", "a\nb"));
    String text = script.text();
    ReplayReport report = replay(text);

    assertThat(report.divergences()).as(text).isEmpty();
    assertThat(report.problems()).as(text).isZero();
    assertThat(report.profile()).isEqualTo(run.subject().profile().name());
    assertThat(report.warnings())
        .as(text)
        .noneMatch(warning ->
            warning.warning().kind() == KernelWarning.Kind.NOTE
                && warning.warning().text().startsWith("nothing failed"));
    assertThat(report.isBroken())
        .as(text + run.broken() + run.left() + report.warnings())
        .isEqualTo(isBroken(run));
    assertThat(script.lines()).hasSameSizeAs(run.steps());
  }

  private static ReplayReport replay(String text) {
    try {
      return Replay.run(
          new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
          "script",
          ReplaySettings.ofUnknownKernel(),
          problem -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  private static boolean isBroken(Run run) {
    return !run.broken().isEmpty()
        || !run.left().isEmpty()
        || run.steps().stream()
            .anyMatch(step -> !step.broken().isEmpty() || !step.warnings().isEmpty());
  }

  /** The first port of afs counts before it is known whether the mapping comes to be. */
  @Test
  void aLeakIsToldByItsScript() {
    UserKind afs = UserCatalog.named("afs");
    Subject subject = Subject.of(afs, afs.variant("prepare-count"), Profile.LINUX_6_18);
    Ground ground = afs.grounds().getFirst();
    Act failing = new Act.Failing(ground.mapping(), List.of(new Occurrence(Point.VMA, 1)));
    ScriptText script = ScriptText.of(Run.of(subject, ground, List.of(failing)), List.of("leak"));

    assertThat(script.text())
        .startsWith(
            """
            # leak
            # vmarea profile LINUX_6_18
            # vmarea mount path="/afs" user=afs variant=prepare-count
            """)
        .contains("# vmarea fail vma 1\n100   mmap(0x100000000000, ");
    ReplayReport report = replay(script.text());
    assertThat(report.divergenceCount()).isZero();
    assertThat(report.isBroken()).isTrue();
    assertThat(report.warnings().getLast().warning().text()).contains("open mmaps +1");
    int line = script.lineOf(script.lines().size() - 1);
    assertThat(report.warnings().getFirst().line()).isEqualTo(line);
    assertThat(script.text().lines().toList().get(line - 1)).contains("= -1 ENOMEM");
  }
}
