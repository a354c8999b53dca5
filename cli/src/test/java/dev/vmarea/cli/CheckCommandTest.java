// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.SubjectReport;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckCommandTest {
  @TempDir private Path directory;

  private static Report report(String title) {
    UserKind kind = UserCatalog.named("zero");
    Subject subject = Subject.of(kind, kind.variant("v3"), Profile.LINUX_6_19);
    Run run =
        Run.of(subject, kind.grounds().getFirst(), List.of(kind.grounds().getFirst().mapping()));
    Cause cause =
        new Cause(Set.of(Difference.DESCRIPTOR_OPS_START_NULL), List.of(kind.variant("legacy")));
    Finding finding =
        new Finding(
            title,
            Rule.SAME_AREA,
            subject,
            "seen",
            run,
            run.setups(),
            List.of(),
            null,
            "ok",
            cause);
    return new Report(
        List.of(
            new SubjectReport(
                subject,
                kind.variant("legacy"),
                List.of(finding),
                List.of(),
                Map.of(Part.EQUIVALENCE, 3L),
                true)),
        true);
  }

  private static String text(Report report) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    new CheckText(new ReportPage(stream, false, 80, false), List.of()).print(report);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aFindingTellsRuleStateAndRemedy() {
    assertThat(text(report("zero v3: mmap")))
        .contains("zero v3: 1 finding, 3 combinations")
        .contains("same-area: port and old hook make the same VMA")
        .contains("  + pages 0 to ")
        .contains("which returned ok")
        .containsPattern("6\\.18,\\s+6\\.19,\\s+7\\.1")
        .contains("hook: variant legacy does not have it");
  }

  private static void assertGolden(String name, String actual) throws Exception {
    Path golden = Path.of("src/test/resources/dev/vmarea/cli/check").resolve(name);
    if ("write".equals(System.getProperty("vmarea.golden"))) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(golden));
  }

  @Test
  void outputsAreAsTheyShouldBe() throws Exception {
    Report report = report("zero v3: mmap");
    assertGolden("text.txt", text(report));
    assertGolden("report.json", CheckJson.of(report, Profile.LINUX_6_19, 1));
    assertGolden("help.txt", CommandLineRun.of("check", "--help").out());
  }

  /** The first port of afs counts where it must not, and the check says so by itself. */
  @Test
  void aPortThatCountsTooEarlyIsFound() throws Exception {
    Path saved = directory.resolve("saved");
    CommandLineRun run =
        CommandLineRun.of(
            "check", "--variant", "afs=prepare-count", "--only", "unwinding", "--save", "" + saved);

    assertThat(run.status()).as(run.err()).isEqualTo(ExitCode.FINDING);
    assertThat(run.out())
        .contains("prepare-changes-nothing: ")
        .contains("check --profile SETTLED --variant afs=prepare-count --save DIR");
    Path script = saved.resolve("afs-1.strace");
    assertThat(script).content().contains("/afs/file");
    CommandLineRun replay = CommandLineRun.of("replay", script.toString());
    assertThat(replay.err()).contains("as written: every call returned what the script says");
  }

  @Test
  void aDriverOfOnesOwnIsCheckedWithAllItsPorts() throws Exception {
    String source = "../examples/porting/FrameBuffer.java";
    CommandLineRun run = CommandLineRun.of("check", "--with", source, "--only", "contract");

    assertThat(run.status()).as(run.err()).isEqualTo(ExitCode.FINDING);
    assertThat(run.out())
        .containsPattern("frame-buffer first-port: \\d findings")
        .contains("frame-buffer port: ok")
        .contains("--variant frame-buffer=first-port --with " + source + " --save DIR")
        .doesNotContain("shmem")
        .doesNotContain("users frame-buffer\n");
    CommandLineRun old =
        CommandLineRun.of(
            "check", "--with", source, "--only", "contract", "--variant", "frame-buffer=legacy");
    assertThat(old.out()).contains("frame-buffer legacy: ok");
    CommandLineRun named =
        CommandLineRun.of("check", "zero", "--with", source, "--only", "contract");
    assertThat(named.out()).contains("zero ").doesNotContain("frame-buffer");
    assertThat(CommandLineRun.of("check", "--with", "none.jar"))
        .satisfies(none -> {
          assertThat(none.status()).isEqualTo(ExitCode.USAGE);
          assertThat(none.err()).contains("none.jar: no such file or folder");
        });
  }

  @Test
  void hostileTextIsEscaped() {
    assertThat(text(report("\033[2Jx"))).contains("\\033[2Jx").doesNotContain("\033");
  }

  @Test
  void jsonHasTheFinding() throws Exception {
    String json = CheckJson.of(report("t"), Profile.LINUX_6_19, 7);
    JsonObject object = JsonReader.read(json).asObject("report");
    JsonObject user = object.array("users").getFirst().asObject("user");
    JsonObject finding = user.array("findings").getFirst().asObject("finding");

    assertThat(object.number("schema", 0)).isEqualTo(1);
    assertThat(object.number("seed", 0)).isEqualTo(7);
    assertThat(user.object("combinations").number("equivalence", 0)).isEqualTo(3);
    assertThat(finding.text("rule", "")).isEqualTo("same-area");
    assertThat(finding.text("reproducer", "")).contains("/dev/zero");
    assertThat(finding.array("after")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch | no user nosuch; known: [shmem, mem,",
        "zero --only all | no part all; known: equivalence, unwinding,",
        "zero --profile LINUX_1 | unknown profile LINUX_1; known: [SETTLED,",
        "--variant zero | USER=NAME expected",
        "--variant zero=x | zero has no variant x; known: [legacy, v3,",
        "--variant afs=mapped --profile LINUX_6_18 | LINUX_6_18 lacks what it needs: [NO_MAPPED]",
        "mem --variant zero=v3 | zero is not among the users to check",
        "zero --budget 0 | --budget 0: 1 to",
      })
  void badUsageNamesWhatIsKnown(String arguments, String message) {
    CommandLineRun run = CommandLineRun.of(("check " + arguments).split(" "));

    assertThat(run.status()).isEqualTo(ExitCode.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message);
  }

  @Test
  void everyRuleIsInTheReference() throws Exception {
    String reference = Files.readString(Path.of("../docs/check.md"));
    for (Rule rule : Rule.values()) {
      assertThat(reference).contains("| `" + rule.id() + "` | " + rule.statement() + " |");
    }
  }
}
