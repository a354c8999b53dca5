// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What went wrong in the history of the ports, and in the series as posted, is found by a check of
 * the port with a budget of ten seconds, which is told nothing of where to look.
 */
class HistoricFindingsTest {
  private static final Duration BUDGET = Duration.ofSeconds(10);

  /** For what a busy machine does not get to in time: the time itself is no matter of this test. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Profile V3 = Profile.V3_AS_POSTED;

  /** What is known to be wrong, and what a finding of it is like. */
  private record Known(String id, Subject subject, Predicate<Finding> like) {}

  private static final List<Known> ALL =
      List.of(
          kernels("T03, G8", "shmem", "v3", V3, Difference.FIELDS_STORED_ON_MERGE),
          kernels("T07", "zero", "v3", V3, Difference.REPLACED_FILE_COUNTED_TWICE),
          kernels("T09", "zero", "v3", V3, Difference.REPLACED_FILE_LEAKS_ON_FAILURE),
          kernels("T10", "zero", "v3", V3, Difference.DESCRIPTOR_OPS_START_NULL),
          known(
              "T25: reserved in vain",
              "hugetlbfs",
              "v3",
              V3,
              one -> isOf(one, Rule.FAILED_CALL_HOLDS_NOTHING, "reserved +")),
          known(
              "T26: grown in vain",
              "hugetlbfs",
              "v3",
              V3,
              one -> isOf(one, Rule.FAILED_CALL_HOLDS_NOTHING, "size of file 0 +")),
          kernels("T27, G9", "hugetlbfs", "v3", V3, Difference.SUCCESS_HOOK_FAILURE_KEEPS_VMA),
          kernels("T33, G10", "mem", "v3", V3, Difference.FAILURE_UNMAP_CAN_FAIL),
          known(
              "T43, I4: an underflow",
              "iommufd",
              "v3",
              V3,
              one -> isOf(one, Rule.NO_WARNING, "decrement hit 0") && failsOnPurpose(one)),
          kernels("T47, G11", "overlay", "v3", V3, Difference.COMPAT_UNMAPS),
          kernels("G5", "iommufd", "v3", V3, Difference.PREPARE_FAILURE_LOSES_CHARGE),
          known("I1, as posted", "iommufd", "v3", V3, one -> isRace(one, "destroy", "after it")),
          known(
              "I1",
              "iommufd",
              "base",
              Profile.SETTLED,
              one -> isRace(one, "destroy", "after it was freed")),
          known(
              "I3: the first fix is still wrong",
              "iommufd",
              "first-fix",
              Profile.SETTLED,
              one -> isRace(one, "destroy", "addition on 0")),
          known("I5", "hugetlbfs", "v3", V3, one -> isRace(one, "mmap and \"", "nobody has taken")),
          known(
              "I6", "hugetlbfs", "v3", V3, one -> isRace(one, "private mmap", "nobody has taken")),
          known(
              "I7",
              "mem",
              "hidden",
              Profile.LINUX_6_19,
              one -> isOf(one, Rule.NO_WARNING, "self deadlock")),
          known(
              "afs: counted in prepare, then merged",
              "afs",
              "prepare-count",
              Profile.LINUX_6_18,
              one -> isOf(one, Rule.MERGE_LEAVES_NO_TRACE, "open mmaps")),
          known(
              "afs: counted in prepare, then failed",
              "afs",
              "prepare-count",
              Profile.LINUX_6_18,
              one -> isOf(one, Rule.FAILED_CALL_HOLDS_NOTHING, "open mmaps")),
          known(
              "T39: another error",
              "resctrl",
              "v3",
              V3,
              one -> isOf(one, Rule.SAME_ERROR, "-ENOMEM; the old hook: -EAGAIN")),
          known(
              "6.18: charge lost when a prepare hook fails",
              "secretmem",
              "v3",
              Profile.LINUX_6_18,
              one -> one.cause().kernel().equals(Set.of(Difference.PREPARE_FAILURE_LOSES_CHARGE))),
          known(
              "6.18: charge lost by a failed MAP_FIXED",
              "secretmem",
              "v3",
              Profile.LINUX_6_18,
              one -> one.cause().kernel().contains(Difference.INHERITED_CHARGE_LOST)));

  private static List<Finding> found;

  private static Known kernels(
      String id, String user, String variant, Profile profile, Difference cause) {
    return known(id, user, variant, profile, one -> one.cause().kernel().equals(Set.of(cause)));
  }

  private static Known known(
      String id, String user, String variant, Profile profile, Predicate<Finding> like) {
    UserKind kind = UserCatalog.named(user);
    return new Known(id, Subject.of(kind, kind.variant(variant), profile), like);
  }

  private static boolean isOf(Finding finding, Rule rule, String what) {
    return finding.rule() == rule && finding.what().contains(what);
  }

  private static boolean isRace(Finding finding, String operations, String what) {
    return !finding.interleaving().isEmpty()
        && finding.title().contains(operations)
        && finding.what().contains(what);
  }

  private static boolean failsOnPurpose(Finding finding) {
    return !finding.run().steps().get(finding.step()).failures().isEmpty();
  }

  @BeforeAll
  static void check() {
    Set<Subject> subjects = new LinkedHashSet<>();
    ALL.forEach(known -> subjects.add(known.subject));
    found = new ArrayList<>(findings(subjects, BUDGET));
    Set<Subject> late = new LinkedHashSet<>();
    for (Known known : ALL) {
      if (of(known.subject).noneMatch(known.like)) {
        System.out.println("not within " + BUDGET.toSeconds() + " s on this machine: " + known.id);
        late.add(known.subject);
      }
    }
    if (!late.isEmpty()) {
      found.removeIf(one -> late.contains(one.subject()));
      found.addAll(findings(late, PATIENCE));
    }
  }

  private static List<Finding> findings(Set<Subject> subjects, Duration budget) {
    CheckRequest request = CheckRequest.of(List.copyOf(subjects), budget);
    return Workbench.check(request, progress -> {}, () -> false).findings().toList();
  }

  @TestFactory
  Stream<DynamicTest> everyKnownFaultIsFound() {
    return ALL.stream()
        .map(known ->
            DynamicTest.dynamicTest(
                known.id + ": " + known.subject,
                () ->
                    assertThat(of(known.subject).anyMatch(known.like))
                        .as("found: %s", titles(known.subject))
                        .isTrue()));
  }

  /** What was found can be read: it has acts, says who and what, and races their order. */
  @TestFactory
  Stream<DynamicTest> everyFindingIsComplete() {
    return found.stream()
        .map(one ->
            DynamicTest.dynamicTest(
                one.title(),
                () -> {
                  assertThat(one.title()).startsWith(one.subject().kind().id() + " ");
                  assertThat(one.what()).isNotEmpty();
                  assertThat(one.run().own()).isNotEmpty();
                  assertThat(one.schedule() == null)
                      .isEqualTo(one.rule().part() != Part.INTERLEAVINGS && !isRace(one, "", ""));
                }));
  }

  private static List<String> titles(Subject subject) {
    return of(subject).map(Finding::title).toList();
  }

  private static Stream<Finding> of(Subject subject) {
    return found.stream().filter(one -> one.subject().equals(subject));
  }
}
