// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.MappedObject;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotBuilder;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BoundaryJudgeTest {
  private static final long RW = VmFlags.DATA_DEFAULT;
  private static final long NONE = RW & ~VmFlags.ACCESS;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final MappedObject LIB = new MappedObject(8, 1, 42, "/lib/libc.so.6");
  private static final MappedObject OTHER = new MappedObject(8, 1, 43, "/lib/libm.so.6");

  private final SnapshotBuilder areas =
      new SnapshotBuilder(SnapshotOrigin.of("a test", Detail.SMAPS));
  private long at = BASE;

  private BoundaryJudgeTest area(long pages, long flags, MappedObject object, long offset) {
    areas.add(at, at + (pages << 12), flags, offset, areas.number(object));
    areas.pages(0, 0);
    at += pages << 12;
    return this;
  }

  private BoundaryJudgeTest anonymous(long flags) {
    return area(1, flags, MappedObject.ANONYMOUS, 0);
  }

  private BoundaryJudgeTest written() {
    areas.pages(1, 1);
    return this;
  }

  private Verdict verdict() {
    Snapshot snapshot = areas.build();
    Verdicts all = BoundaryJudge.judge(snapshot, Profile.LINUX_6_18);
    assertThat(all.size()).isEqualTo(1);
    assertThat(all.first(0)).isEqualTo(all.at(0).first());
    return all.at(0);
  }

  @Test
  void shouldNameAHoleFirst() {
    anonymous(RW);
    at += 4096;
    anonymous(NONE);
    assertThat(verdict().reasons()).isEqualTo(EnumSet.of(Reason.HOLE, Reason.PROTECTION));
  }

  @Test
  void shouldTellPermissionsFromOtherFlags() {
    Verdict verdict = anonymous(RW).anonymous(NONE | VmFlags.HUGEPAGE).verdict();
    assertThat(verdict.reasons()).isEqualTo(EnumSet.of(Reason.PROTECTION, Reason.FLAGS));
    assertThat(verdict.flags()).isEqualTo(VmFlags.READ | VmFlags.WRITE | VmFlags.HUGEPAGE);
    assertThat(verdict.evidence()).isEqualTo(Evidence.SHOWN);
  }

  @Test
  void shouldNotNameWhatMergingIgnores() {
    Verdict verdict = anonymous(RW | VmFlags.SOFTDIRTY).anonymous(RW).verdict();
    assertThat(verdict.isOnly(Reason.UNSEEN)).isTrue();
    assertThat(verdict.flags()).isZero();
  }

  @Test
  void shouldSeeTwoFiles() {
    assertThat(area(1, RW, LIB, 0).area(1, RW, OTHER, 4096).verdict().isOnly(Reason.OBJECT))
        .isTrue();
    // Across files there is no offset to be continued.
  }

  @Test
  void shouldSeeOffsetsThatDoNotContinue() {
    assertThat(area(1, RW, LIB, 0).area(1, RW, LIB, 8192).verdict().isOnly(Reason.OFFSET)).isTrue();
  }

  @Test
  void shouldSeePrivateBesideShared() {
    long shared = RW | VmFlags.SHARED | VmFlags.MAYSHARE;
    assertThat(area(1, RW, LIB, 0).area(1, shared, LIB, 4096).verdict().isOnly(Reason.SHARING))
        .isTrue();
  }

  @Test
  void shouldSeeNames() {
    MappedObject named = new MappedObject(0, 0, 0, "[anon:arena]");
    assertThat(anonymous(RW).area(1, RW, named, 0).verdict().isOnly(Reason.NAME)).isTrue();
  }

  @Test
  void shouldNotMindTheHeapsName() {
    MappedObject heap = new MappedObject(0, 0, 0, "[heap]");
    assertThat(area(1, RW, heap, 0).anonymous(RW).verdict().isOnly(Reason.UNSEEN)).isTrue();
  }

  @Test
  void shouldKnowWhatNeverMerges() {
    MappedObject vdso = new MappedObject(0, 0, 0, "[vdso]");
    assertThat(anonymous(RW).area(1, RW, vdso, 0).verdict().first()).isEqualTo(Reason.SPECIAL);
  }

  @Test
  void shouldTakeAnonymousPagesForWrittenApart() {
    Verdict verdict = anonymous(RW).written().anonymous(RW).written().verdict();
    assertThat(verdict.isOnly(Reason.ANON_VMA)).isTrue();
    assertThat(verdict.evidence()).isEqualTo(Evidence.SEEN);
  }

  @Test
  void shouldSayThatItOnlyInfers() {
    Verdict verdict = anonymous(RW).written().anonymous(RW).verdict();
    assertThat(verdict.isOnly(Reason.UNSEEN)).isTrue();
    assertThat(verdict.evidence()).isEqualTo(Evidence.INFERRED);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void shouldKeepEachReasonInASet(Reason reason) {
    assertThat(Reason.of(reason.bit())).containsExactly(reason);
  }
}
