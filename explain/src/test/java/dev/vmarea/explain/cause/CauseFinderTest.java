// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.Explainer;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.SnapshotBuilder;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.whatif.WhatIfs;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CauseFinderTest {
  private static final long RW = VmFlags.DATA_DEFAULT;
  private static final long NONE = RW & ~VmFlags.ACCESS;
  private static final long SHARED = RW | VmFlags.SHARED | VmFlags.MAYSHARE;

  private final SnapshotBuilder areas =
      new SnapshotBuilder(SnapshotOrigin.of("a test", Detail.SMAPS));
  private long at = 0x7f00_0000_0000L;

  private void area(long pages, long flags, MappedObject object, long offset, long written) {
    areas.add(at, at + (pages << 12), flags, offset, areas.number(object));
    areas.pages(written, written);
    at += pages << 12;
  }

  private void anonymous(long pages, long flags, long written) {
    area(pages, flags, MappedObject.ANONYMOUS, 0, written);
  }

  private Explanation explain() {
    return Explainer.explain(areas.build(), Profile.LINUX_6_18);
  }

  private Cause top() {
    return explain().causes().ranked().getFirst();
  }

  @Test
  void shouldKnowTheGuardsOfStacks() {
    for (int i = 0; i < 10; i++) {
      anonymous(1, NONE, 0);
      anonymous(64, RW, 3);
    }
    Cause top = top();
    assertThat(top.id()).isEqualTo("guard-pages");
    assertThat(top.title()).isEqualTo("guard pages of thread stacks");
    assertThat(top.boundaries()).isEqualTo(19);
    assertThat(top.pattern().stride()).isEqualTo(65 << 12);
    assertThat(top.pattern().size()).isEqualTo(64 << 12);
    assertThat(top.producer()).contains("threads");
    assertThat(top.remedy().whatIf()).isEqualTo(WhatIfs.GUARD_REGIONS);
    assertThat(top.remedy().saves()).isEqualTo(19);
  }

  @Test
  void shouldKnowMemoryThatWasWrittenApart() {
    for (int i = 0; i < 8; i++) {
      anonymous(16, RW, 1);
    }
    Cause top = top();
    assertThat(top.id()).isEqualTo("written-apart");
    assertThat(top.evidence()).isEqualTo(Evidence.SEEN);
    assertThat(top.remedy().whatIf()).isEqualTo(WhatIfs.IN_ORDER);
    assertThat(top.remedy().saves()).isEqualTo(7);
  }

  @Test
  void shouldNotClaimMoreThanIsSeen() {
    anonymous(16, RW, 1);
    anonymous(16, RW, 1);
    anonymous(16, RW, 0);
    assertThat(top().evidence()).isEqualTo(Evidence.INFERRED);
  }

  @Test
  void shouldKnowAdviceThatDiffers() {
    for (int i = 0; i < 8; i++) {
      anonymous(512, i % 2 == 0 ? RW | VmFlags.HUGEPAGE : RW, 0);
    }
    Cause top = top();
    assertThat(top.id()).isEqualTo("flags-hg");
    assertThat(top.title()).contains("MADV_HUGEPAGE");
    assertThat(top.remedy().whatIf()).isEqualTo("same-flags=hg");
    assertThat(top.remedy().saves()).isEqualTo(7);
  }

  @Test
  void shouldKnowProtectionsThatAlternate() {
    for (int i = 0; i < 9; i++) {
      anonymous(1, i % 2 == 0 ? RW & ~VmFlags.WRITE : RW, 1);
    }
    Cause top = top();
    assertThat(top.id()).isEqualTo("protection-toggles");
    assertThat(top.remedy().saves()).isEqualTo(8);
  }

  @Test
  void shouldKnowReservations() {
    for (int i = 0; i < 9; i++) {
      anonymous(32, i % 2 == 0 ? NONE : RW, 0);
    }
    assertThat(top().id()).isEqualTo("reserved-commit");
  }

  @Test
  void shouldKnowCodeThatIsMappedTwice() {
    MappedObject code = new MappedObject(0, 1, 77, "/memfd:doublemapper (deleted)");
    for (int i = 0; i < 6; i++) {
      area(1, SHARED, code, (5L - i) << 12, 0);
      area(1, SHARED & ~VmFlags.WRITE | VmFlags.EXEC, code, (5L - i) << 12, 0);
    }
    Cause top = top();
    assertThat(top.id()).isEqualTo("double-mapping");
    assertThat(top.boundaries()).isEqualTo(11);
    assertThat(top.producer()).contains(".NET");
  }

  @Test
  void shouldKnowRingsAndDeletedFiles() {
    for (int i = 0; i < 5; i++) {
      MappedObject ring = new MappedObject(0, 1, 100 + i, "/memfd:ring (deleted)");
      area(4, SHARED, ring, 0, 0);
      area(4, SHARED, ring, 0, 0);
    }
    Causes causes = explain().causes();
    assertThat(causes.ranked().get(0).id()).isEqualTo("mapped-twice");
    assertThat(causes.ranked().get(0).boundaries()).isEqualTo(5);
    assertThat(causes.ranked().get(1).id()).isEqualTo("deleted-files");
    assertThat(causes.ranked().get(1).boundaries()).isEqualTo(4);
  }

  @Test
  void shouldFindNoFaultWithALibrary() {
    MappedObject library = new MappedObject(8, 1, 5, "/lib/libc.so.6");
    area(2, RW & ~VmFlags.WRITE, library, 0, 0);
    area(8, RW & ~VmFlags.WRITE | VmFlags.EXEC, library, 2 << 12, 0);
    area(1, RW, library, 10 << 12, 1);
    anonymous(3, RW, 1);
    Cause top = top();
    assertThat(top.id()).isEqualTo("program-segments");
    assertThat(top.boundaries()).isEqualTo(3);
    assertThat(top.remedy()).isNull();
  }

  /** Whatever there is: each boundary has one cause, and the counts add up. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldGiveEachBoundaryOneCause(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] names = {"", "/lib/a.so", "/memfd:b (deleted)", "[heap]", "[vdso]", "/data/c"};
    for (int i = 0; i < 500; i++) {
      at += random.nextInt(3) == 0 ? 4096 : 0;
      String name = names[random.nextInt(names.length)];
      boolean file = name.startsWith("/");
      long flags = random.nextLong() & VmFlags.ACCESS | VmFlags.MAYREAD | VmFlags.MAYWRITE;
      area(
          1 + random.nextInt(40),
          flags | (random.nextInt(4) == 0 ? VmFlags.HUGEPAGE : 0),
          new MappedObject(0, 0, file ? name.length() : 0, name),
          random.nextLong(10) << 12,
          random.nextInt(2));
    }
    Explanation explanation = explain();
    Causes causes = explanation.causes();
    int sum = causes.ranked().stream().mapToInt(Cause::boundaries).sum();
    assertThat(sum).isEqualTo(explanation.verdicts().size());
    for (Cause cause : causes.ranked()) {
      assertThat(causes.of(cause.example())).isSameAs(cause);
    }
    for (int i = 1; i < causes.ranked().size(); i++) {
      assertThat(causes.ranked().get(i).boundaries())
          .isLessThanOrEqualTo(causes.ranked().get(i - 1).boundaries());
    }
  }
}
