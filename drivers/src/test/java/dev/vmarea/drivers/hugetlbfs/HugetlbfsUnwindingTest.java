// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An mmap of huge pages that fails, at each step at which it can (H1, U1). */
class HugetlbfsUnwindingTest {
  private static final Map<String, String> LIMITS = Map.of("max", "4", "min", "1", "group", "4");

  /** What came of an attempt. */
  private enum Outcome {
    MAPPED,
    FAILED,
    /** Something is not as it was. */
    LOST
  }

  @ParameterizedTest
  @CsvSource({
    "legacy, SETTLED, SHARED, 3", // region map and what more it needs; the hook
    "legacy, SETTLED, PRIVATE, 2", // the private map; the hook
    "legacy, LINUX_6_18, SHARED, 3",
    "legacy, LINUX_6_18, PRIVATE, 2",
    "own, SETTLED, SHARED, 4", // mapped itself can fail, too
    "own, SETTLED, PRIVATE, 3",
    "own, LINUX_7_2, SHARED, 4",
    "own, LINUX_7_2, PRIVATE, 3"
  })
  void leavesNothing(String variant, String profile, String kind, int insideTheHooks) {
    List<Point> failed = points(Outcome.FAILED, variant, profile, kind);

    assertThat(points(Outcome.LOST, variant, profile, kind)).isEmpty();
    assertThat(failed).contains(Point.VMA, Point.TREE_NODE);
    assertThat(failed)
        .filteredOn(point -> point == Point.HOOK || point == Point.MAPPED)
        .hasSize(insideTheHooks);
  }

  /** Up to 7.0 a success hook that fails leaves the VMA, too. */
  @ParameterizedTest
  @CsvSource({
    "v3, V3_AS_POSTED, PRIVATE, 'VMA, TREE_NODE'",
    "v3, V3_AS_POSTED, SHARED, 'VMA, TREE_NODE, MAPPED, MAPPED'",
    "v5, LINUX_6_19, PRIVATE, 'VMA, TREE_NODE'",
    "v5, LINUX_6_19, SHARED, 'VMA, TREE_NODE, MAPPED, MAPPED'"
  })
  void postedHooksLoseWhatTheyTookBeforeTheVma(
      String variant, String profile, String kind, String expected) {
    List<Point> lost = points(Outcome.LOST, variant, profile, kind);

    assertThat(lost).extracting(Point::name).containsExactly(expected.split(", "));
  }

  /** At which steps a failure has this outcome. */
  private static List<Point> points(Outcome wanted, String variant, String profile, String kind) {
    List<Outcome> outcomes = new ArrayList<>();
    List<FailureRun.Occurrence> steps =
        FailureRun.each(run -> {
          try {
            outcomes.add(attempt(run, variant, profile, kind));
          } catch (ErrnoException noMachine) {
            throw new AssertionError(noMachine);
          }
        });
    assertThat(outcomes.getFirst()).as("without a failure").isEqualTo(Outcome.MAPPED);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      if (outcomes.get(i + 1) == wanted) {
        points.add(steps.get(i).point());
      }
    }
    return points;
  }

  private static Outcome attempt(FailureRun run, String variant, String profile, String kind)
      throws ErrnoException {
    MountPlan.Entry entry = new MountPlan.Entry(HugetlbfsKind.INSTANCE, variant, LIMITS);
    UserLab lab =
        new UserLab(
            Profile.named(profile),
            MountPlan.EMPTY.with(HugetlbfsKind.INSTANCE.usualPath(), entry));
    HugePages it = new HugePages(lab);
    OpenFile file = it.unnamed();
    String before = it.held() + it.file(file.inode());
    int flags = kind.equals("SHARED") ? UserLab.SHARED : UserLab.PRIVATE;

    String result = lab.failing(run, () -> it.map(file, 0, 2, flags, 0));

    if (result.equals("ok")) {
      return Outcome.MAPPED;
    }
    boolean same = before.equals(it.held() + it.file(file.inode()));
    return same && lab.space().mapCount() == 0 ? Outcome.FAILED : Outcome.LOST;
  }
}
