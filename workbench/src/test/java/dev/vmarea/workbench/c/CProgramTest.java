// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.secretmem.SecretmemKind;
import dev.vmarea.drivers.zero.ZeroKind;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What programs are made of findings, and of which there are none. */
class CProgramTest {
  private static final int RW = Prot.READ | Prot.WRITE;
  private static final Ground SECRET = Ground.of("secretmem:", 4);

  /** A private writable mapping of a file that cannot be mapped so. */
  static final Act.Map REFUSED = new Act.Map(0, 0, 8, Pages.bytes(4), RW, MapFlags.PRIVATE, 0);

  /** Memory that is charged, where that is tried. */
  static final Act.Map CHARGED =
      new Act.Map(
          0, Act.ANONYMOUS, 8, Pages.bytes(4), RW, MapFlags.PRIVATE | MapFlags.ANONYMOUS, 0);

  private static final String RELEASES = "// Releases where this hook does so: ";

  @Test
  void theChargeOfARefusedMappingIsTriedWithMunmapInItsPlace() {
    CProgram program = CProgram.of(lostCharge(REFUSED), List.of("mmap(...) = -1 EINVAL"));

    assertThat(program.reason()).isEmpty();
    assertThat(program.text().orElseThrow())
        .startsWith(
            "// lost\n//\n// Rule (failed-call-gives-charge-back): a call that fails leaves")
        .contains(RELEASES + "6.18, 6.19, 7.1 (")
        .contains("//   mmap(...) = -1 EINVAL\n")
        .contains("enum { ROUNDS = 32, LOST_PER_ROUND_KB = 1024 };")
        .contains("until the next boot, 32768 kB at most\n")
        .contains(
            """
            static void calls(int at_fault) {
              files[0] = (int)DO(OK, secret_file());
              if (at_fault) DO(-EINVAL, mmap(PAGE(512), 256 * 4096L, PROT_READ | PROT_WRITE,\
             MAP_PRIVATE | MAP_FIXED, files[0], 0L));
              else DO(OK, munmap(PAGE(512), 256 * 4096L));
            """);
  }

  @Test
  void theChargeOfWhatItReplacedIsLostOnLaterKernelsToo() {
    CProgram program = CProgram.of(lostCharge(CHARGED, REFUSED), List.of());

    assertThat(program.text().orElseThrow())
        .contains(RELEASES + "6.18, 6.19, 7.1, 7.2 (")
        .contains("LOST_PER_ROUND_KB = 1024 };")
        .contains(
            """
              DO(OK, mmap(PAGE(512), 256 * 4096L, PROT_READ | PROT_WRITE,\
             MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0L));
              if (at_fault) DO(-EINVAL, mmap(PAGE(512), 256 * 4096L,\
            """);
  }

  @Test
  void chargeThatIsNotLostForGoodIsNotTried() {
    Subject good = Subject.of(SecretmemKind.INSTANCE, variant("v3"), Profile.SETTLED);
    Run run = Run.of(good, SECRET, List.of(REFUSED));

    assertThat(
            CProgram.of(finding(run, Rule.FAILED_CALL_GIVES_CHARGE_BACK, Cause.UNKNOWN), List.of())
                .reason())
        .isEqualTo("no charge is lost for good: it is right again when all have gone");
  }

  @Test
  void whatOnlyALoadShowsIsLookedAt() {
    Subject subject =
        Subject.of(ZeroKind.INSTANCE, ZeroKind.INSTANCE.variant("v3"), Profile.V3_AS_POSTED);
    Act map = new Act.Map(0, 0, 8, Pages.bytes(1), RW, MapFlags.PRIVATE, 0);
    Run run = Run.of(subject, Ground.of("/dev/zero", 4), List.of(map));
    Cause cause = new Cause(Set.of(Difference.DESCRIPTOR_OPS_START_NULL), List.of());

    CProgram program = CProgram.of(finding(run, Rule.INVARIANTS, cause), List.of());

    assertThat(program.text().orElseThrow())
        .contains(RELEASES + "6.18, 6.19, 7.1 (")
        .contains("files[0] = (int)DO(OK, open(\"/dev/zero\", 0x2));")
        .contains("EITHER(0, SIGNAL(SIGBUS), load(PAGE(8), 0));");
  }

  @Test
  void anInjectedFailureCannotBeTried() {
    Act failing = new Act.Failing(REFUSED, List.of(new Occurrence(Point.COMMIT, 1)));

    assertThat(CProgram.of(lostCharge(failing), List.of()))
        .isEqualTo(
            new CProgram(
                Optional.empty(), "it needs a failure that only the model can inject: commit"));
  }

  @Test
  void severalProcessesStackedFilesAndDevicesCannotBeTried() {
    assertThat(CProgram.of(lostCharge(new Act.Fork(0), REFUSED), List.of()).reason())
        .startsWith("it needs several processes");

    Run stacked = Run.of(subject().stacked(true), SECRET, List.of(REFUSED));
    assertThat(reason(stacked)).startsWith("it needs a stacked file system");

    Ground disabled =
        new Ground(
            "other",
            Map.of("enabled", "no"),
            List.of(),
            REFUSED,
            1,
            true,
            List.of(),
            List.of(),
            List.of(),
            Architecture.X86_64);
    assertThat(reason(Run.of(subject(), disabled, List.of())))
        .isEqualTo("it needs a secretmem that is set up for it: [enabled]");
  }

  @Test
  void whatIsOnlyInTheModelHasNoRealFile() {
    assertThat(catchThrowable(() -> RealFile.of("/dev/mem")))
        .isInstanceOf(NotTriable.class)
        .hasMessage("it needs /dev/mem as the model has it, which few kernels have");
    assertThat(catchThrowable(() -> RealFile.of("/dev/zeroes"))).isInstanceOf(NotTriable.class);
  }

  private static String reason(Run run) {
    return CProgram.of(finding(run, Rule.FAILED_CALL_GIVES_CHARGE_BACK, Cause.UNKNOWN), List.of())
        .reason();
  }

  private static Variant variant(String name) {
    return SecretmemKind.INSTANCE.variant(name);
  }

  private static Subject subject() {
    return Subject.of(SecretmemKind.INSTANCE, variant("v3"), Profile.LINUX_6_18);
  }

  /** A finding on 6.18: the last of these acts loses charge. */
  static Finding lostCharge(Act... acts) {
    Run run = Run.of(subject(), SECRET, List.of(acts));
    return finding(run, Rule.FAILED_CALL_GIVES_CHARGE_BACK, Cause.UNKNOWN);
  }

  static Finding finding(Run run) {
    return finding(run, Rule.SAME_RESULT, Cause.UNKNOWN);
  }

  private static Finding finding(Run run, Rule rule, Cause cause) {
    int step = run.steps().size() - 1;
    return new Finding(
        "lost", rule, run.subject(), "charge stays", run, step, List.of(), null, "", cause);
  }
}
