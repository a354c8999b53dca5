// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.PipelineCase.Around;
import dev.vmarea.PipelineCase.Caller;
import dev.vmarea.PipelineCase.Ready;
import dev.vmarea.PipelineOracle.Expected;
import dev.vmarea.PipelineOracle.Range;
import dev.vmarea.PipelineOracle.Stage;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every stage of a mapping, every failure point on its path, every situation, every caller, every
 * profile: after each call everything that can be seen is what {@link PipelineOracle} prescribes
 * for the profile, and the invariants hold: U1 an error leaves nothing in the range, U2 a success
 * one VMA with the right flags, U3 references to files, U4 page frames of copy-on-write memory, U5
 * callbacks balance, U6 what a reverse-map walker sees.
 */
class PipelineMatrixTest {
  private static final Map<Profile, Map<Stage, Integer>> COMBINATIONS = new java.util.HashMap<>();

  @AfterAll
  static void tell() {
    int all =
        COMBINATIONS.values().stream()
            .flatMap(stages -> stages.values().stream())
            .mapToInt(Integer::intValue)
            .sum();
    System.out.println("PipelineMatrixTest: " + all + " combinations: " + COMBINATIONS);
  }

  @TestFactory
  Stream<DynamicTest> matrix() {
    List<PipelineCase> cases = new ArrayList<>();
    for (Profile profile : Profile.all()) {
      for (Caller caller : Caller.values()) {
        for (Around around : Around.values()) {
          for (TestDevice.Kind kind : TestDevice.Kind.values()) {
            cases.add(new PipelineCase(profile, caller, around, kind, false));
            cases.add(new PipelineCase(profile, caller, around, kind, true));
          }
        }
      }
    }
    return cases.stream()
        .filter(PipelineCase::exists)
        .map(one -> DynamicTest.dynamicTest(one.toString(), () -> failEverywhere(one)));
  }

  private static void failEverywhere(PipelineCase one) {
    List<FailureRun.Occurrence> failed = FailureRun.each(run -> new Attempt(one, run).check());
    assertThat(failed).as("failure points of " + one).isNotEmpty();
  }

  /** One call in which at most one step fails, and what must be seen afterwards. */
  private static final class Attempt {
    private final PipelineCase one;
    private final FailureRun run;
    private final Ready ready;
    private final PipelineOracle oracle;
    private final List<String> pagesBefore;
    private final int closedBefore;
    private final int freshBefore;
    private final int imbalanceBefore;
    private final List<Vma> seenByWalker = new ArrayList<>();
    private final List<KernelWarning.Kind> warnings = new ArrayList<>();
    private final Map<Point, Integer> passed = new EnumMap<>(Point.class);
    private Stage stage = Stage.NONE;
    private @Nullable Point failedPoint;

    Attempt(PipelineCase one, FailureRun run) {
      this.one = one;
      this.run = run;
      this.ready = one.makeReady();
      ready.space.verify();
      this.oracle = new PipelineOracle(one, ready.committed(), ready.accountedInRange());
      this.pagesBefore = ready.pages();
      this.closedBefore = ready.device.callbacks.closed;
      this.freshBefore = ready.device.freshFiles.size();
      TestDevice.Callbacks told = ready.device.callbacks;
      this.imbalanceBefore = told.mapped + told.opened - told.closed - live();
      ready.device.inode.reverseMap().watch(seenByWalker::add);
      ready.machine.kernel().warnings(warning -> warnings.add(warning.kind()));
    }

    void check() {
      long result = ready.call(one, this::fails);
      COMBINATIONS
          .computeIfAbsent(one.profile(), p -> new EnumMap<>(Stage.class))
          .merge(stage, 1, Integer::sum);
      String what = one + " failing at " + stage + " " + failedPoint;
      Expected expected = oracle.expected(stage, failedPoint);
      assertThat(Errno.ofResult(result)).as("result of " + what).isEqualTo(expected.error());
      assertThat(ready.committed()).as("committed, " + what).isEqualTo(expected.committed());
      checkRange(what, expected.range());
      checkFiles(what);
      checkCallbacks(what, expected);
      checkEntries(what);
      checkVisibility(what);
      assertThat(warnings.contains(KernelWarning.Kind.DOUBLE_DETACH))
          .as("old mappings taken out twice, " + what)
          .isEqualTo(oracle.detachesTwice(stage, failedPoint));
      ready.space.verify();
      checkEnd(what, expected);
    }

    /** Fails a step, and remembers where the call was. */
    private boolean fails(Point point) {
      boolean due = run.fails(point);
      int times = passed.merge(point, 1, Integer::sum);
      if (due) {
        stage = stage(point, times);
        failedPoint = point;
      }
      return due;
    }

    private Stage stage(Point point, int times) {
      boolean direct = one.caller() == Caller.MMU || one.caller() == Caller.NO_MMU;
      int splits = one.around() == Around.OVER_PART || one.around() == Around.OVER_TWO ? 2 : 0;
      boolean creating = passed.getOrDefault(Point.VMA, 0) > splits;
      return switch (point) {
        case COMMIT -> Stage.SETUP;
        case HOOK -> direct ? Stage.PREPARE : Stage.CREATE;
        case VMA -> times <= splits ? Stage.SETUP : Stage.CREATE;
        case TREE_NODE -> {
          int reserved = one.profile().equals(Profile.SETTLED) && direct ? 2 : 1;
          int joins = one.merges() ? 1 : 0;
          if (times <= splits) {
            yield Stage.SETUP;
          } else if (!creating) {
            yield Stage.JOIN;
          }
          yield times - splits - (times > splits + reserved ? joins : 0) <= reserved
              ? Stage.CREATE
              : Stage.UNMAP;
        }
        case ANON_CLONE -> throw new AssertionError("nothing was written");
        case PFN_RESERVE, PFN_CONTEXT, PAGE_TABLE, MAPPED -> direct ? Stage.ACT : Stage.CREATE;
      };
    }

    private void checkRange(String what, Range range) {
      List<String> now = ready.pages();
      int first = (int) PipelineCase.FIRST;
      int end = (int) PipelineCase.END;
      assertThat(now.subList(0, first)).as(what).isEqualTo(pagesBefore.subList(0, first));
      assertThat(now.subList(end, now.size()))
          .as(what)
          .isEqualTo(pagesBefore.subList(end, now.size()));
      switch (range) {
        case OLD -> assertThat(now).as(what).isEqualTo(pagesBefore);
        case GAP -> assertThat(ready.inRange()).as("range, " + what).isEmpty();
        case NEW -> checkNew(what);
      }
    }

    private void checkNew(String what) {
      List<Vma> found = ready.inRange();
      assertThat(found).as("U2, " + what).hasSize(1);
      Vma vma = found.getFirst();
      boolean joined = one.merges() && stage != Stage.JOIN;
      assertThat(vma.start() == Ready.start() && vma.end() == Ready.end())
          .as("a VMA of its own, " + what)
          .isNotEqualTo(joined);
      long wanted =
          VmFlags.READ | VmFlags.WRITE | (one.shared() ? VmFlags.SHARED : VmFlags.ACCOUNT);
      assertThat(vma.has(wanted)).as("flags, " + what).isTrue();
      assertThat(vma.ops()).as("callbacks, " + what).isSameAs(ready.device.callbacks);
      assertThat(vma.privateData()).as("private data, " + what).isSameAs(ready.device);
      boolean ignored = one.caller() == Caller.NO_MMU;
      if (one.hasAction() && !ignored) {
        assertThat(vma.has(VmFlags.IO | VmFlags.PFNMAP | VmFlags.DONTEXPAND | VmFlags.DONTDUMP))
            .as("U4, " + what)
            .isTrue();
        long first = one.shared() ? PipelineCase.FIRST : firstPfn();
        assertThat(vma.pgoff()).as("U4, " + what).isEqualTo(first);
      }
    }

    private static long firstPfn() {
      return TestDevice.FIRST_PFN + PipelineCase.FIRST;
    }

    /** U3: each descriptor and each VMA holds one reference. */
    private void checkFiles(String what) {
      for (OpenFile file : ready.handles) {
        assertThat(file.references()).as("U3, " + what).isEqualTo(1 + vmasOf(file));
      }
      List<OpenFile> fresh = ready.device.freshFiles;
      for (int i = 0; i < fresh.size(); i++) {
        Stage its = i < freshBefore ? Stage.NONE : stage;
        assertThat(fresh.get(i).references())
            .as("U3 of a file that the hook put in, " + what)
            .isEqualTo(vmasOf(fresh.get(i)) + oracle.leakedReferences(its));
      }
    }

    private int vmasOf(OpenFile file) {
      int count = 0;
      for (Vma vma : ready.space.vmas()) {
        count += vma.file() == file ? 1 : 0;
      }
      return count;
    }

    private int live() {
      int live = 0;
      for (Vma vma : ready.space.vmas()) {
        live += vma.ops() == ready.device.callbacks ? 1 : 0;
      }
      return live;
    }

    private void checkCallbacks(String what, Expected expected) {
      TestDevice.Callbacks callbacks = ready.device.callbacks;
      assertThat(callbacks.closed - closedBefore)
          .as("closes, " + what)
          .isEqualTo(
              oracle.closesOfOld(stage)
                  + expected.closes()
                  + oracle.closesOfHalfBuilt(stage, passed.getOrDefault(Point.MAPPED, 0) == 2));
      boolean counts = one.caller() == Caller.LEGACY || !one.profile().has(Difference.NO_MAPPED);
      if (counts && one.kind() != TestDevice.Kind.PLAIN) {
        int live = live();
        boolean told = passed.getOrDefault(Point.MAPPED, 0) == 2; // then the success hook failed
        boolean forgotten = oracle.forgetsMapped(stage, told);
        int neverMapped =
            stage == Stage.UNMAP ? 1 : told ? (forgotten ? -1 : 0) : expected.closes();
        assertThat(callbacks.mapped + callbacks.opened - callbacks.closed + neverMapped)
            .as("U5, " + what)
            .isEqualTo(live + imbalanceBefore);
      }
    }

    /** Entries are there for each mapping of page frames, and nowhere else. */
    private void checkEntries(String what) {
      int held = 0;
      for (Vma vma : ready.space.vmas()) {
        held += vma.extras().driver().reservation() != null ? 1 : 0;
      }
      assertThat(ready.machine.kernel().pfnTracking().reservations())
          .as("page frames reserved, " + what)
          .hasSize(held);
      PageTables tables = ready.space.pageTables();
      if (tables == null) {
        return;
      }
      for (long page = 0; page < 14; page++) {
        long address = PipelineCase.BASE + Pages.bytes(page);
        Vma vma = ready.space.lookup(address);
        boolean wanted = vma != null && vma.has(VmFlags.PFNMAP);
        assertThat(tables.entry(address) != 0)
            .as("entry of page " + page + ", " + what)
            .isEqualTo(wanted);
        if (wanted) {
          assertThat(tables.format().pfn(0, tables.entry(address)))
              .as("page frame of page " + page + ", " + what)
              .isEqualTo(TestDevice.FIRST_PFN + page);
        }
      }
    }

    /** U6: who finds the VMA from the file finds it complete. */
    private void checkVisibility(String what) {
      boolean direct = one.caller() == Caller.MMU || one.caller() == Caller.NO_MMU;
      boolean bare = direct && one.profile().has(Difference.FIELDS_STORED_AFTER_LINK);
      for (Vma vma : seenByWalker) {
        boolean fresh = vma.start() == Ready.start() && vma.ops() != null;
        if (fresh && vma.file() != null) {
          assertThat(vma.privateData() == null).as("U6, " + what).isEqualTo(bare);
        }
      }
    }

    /** What the end of the process does not give back was lost before. */
    private void checkEnd(String what, Expected expected) {
      long accounted = 0;
      for (Vma vma : ready.space.vmas()) {
        accounted += vma.has(VmFlags.ACCOUNT) ? vma.pages() : 0;
      }
      ready.space.exit();
      assertThat(ready.committed()).as(what).isEqualTo(expected.committed() - accounted);
      assertThat(ready.machine.kernel().pfnTracking().reservations()).as(what).isEmpty();
      assertThat(ready.device.inode.reverseMap().size()).as("reverse map, " + what).isZero();
      if (one.profile().equals(Profile.SETTLED)) {
        assertThat(ready.committed()).as("nothing is lost, " + what).isZero();
        ready.handles.forEach(file -> assertThat(file.references()).as(what).isOne());
        ready.device.freshFiles.forEach(file -> assertThat(file.references()).as(what).isZero());
      }
    }
  }
}
