// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.Vma;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a failed allocation leaves behind: nothing changed, ENOMEM (mm-semantics 4.2 to 4.5). */
class VmaFailureTest {
  private static final long P = 4096;

  private final Kernel kernel = new Kernel(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Mm mm = new Mm(kernel, new ProgramLayout());
  private final VmaNotation notation = new VmaNotation();

  private void map(String layout) {
    for (String vma : layout.split(",", -1)) {
      mm.editor().insert(notation.parse(vma));
    }
  }

  private interface Action {
    void run() throws ErrnoException;
  }

  private void failsUnchanged(Point point, Action action) {
    String before = notation.describe(mm);
    kernel.failures(p -> p == point);
    assertThatThrownBy(action::run)
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("ENOMEM");
    kernel.failures(FailurePlan.NONE);
    assertThat(notation.describe(mm)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"TREE_NODE", "ANON_CLONE"})
  void mergeOfAChangedVma(Point point) {
    map("P 0-3, V 3-5 a1 dd");
    Vma vma = notation.current("V");
    long flags = notation.current("P").flags();
    failsUnchanged(
        point, () -> mm.editor().modify(vma, vma.start(), vma.end(), flags, vma.extras()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"TREE_NODE", "ANON_CLONE"})
  void mergeOfANewRange(Point point) {
    map("P 0-3, N 5-8 a1");
    Proposal between = Proposal.of(notation.parse("y 3-5"));
    failsUnchanged(point, () -> mm.editor().mergeNew(between, false));
  }

  @Test
  void mergeWithoutIdentityClonesNothing() throws ErrnoException {
    map("P 0-3, V 3-5 dd");
    kernel.failures(point -> point == Point.ANON_CLONE);
    Vma vma = notation.current("V");
    long flags = notation.current("P").flags();
    mm.editor().modify(vma, vma.start(), vma.end(), flags, vma.extras());
    mm.editor().mergeNew(Proposal.of(notation.parse("y 5-6")), false);
    assertThat(notation.describe(mm)).isEqualTo("P 0-6");
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"VMA", "TREE_NODE", "ANON_CLONE"})
  void split(Point point) {
    map("V 0-5 a1");
    failsUnchanged(point, () -> mm.editor().split(notation.current("V"), 2 * P, true, false));
  }

  @Test
  void splitWithoutIdentityClonesNothing() throws ErrnoException {
    map("V 0-5");
    kernel.failures(point -> point == Point.ANON_CLONE);
    mm.editor().split(notation.current("V"), 2 * P, true, false);
    assertThat(notation.describe(mm)).isEqualTo("x 0-2, V 2-5");
  }

  @Test
  void splitAtTheMapLimit() throws ErrnoException {
    kernel.config(KernelConfig.standard().withMaxMapCount(1));
    map("V 0-5");
    Vma vma = notation.current("V");
    assertThatThrownBy(() -> mm.editor().split(vma, 2 * P, true, true))
        .isInstanceOf(ErrnoException.class);
    Vma kept = mm.editor().split(vma, 2 * P, false, false);
    assertThat(kept.handle()).isSameAs(vma.handle());
    assertThat(notation.describe(mm)).isEqualTo("V 0-2, x 2-5");
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"VMA", "TREE_NODE"})
  void allocation(Point point) {
    Vma wanted = notation.parse("y 0-1");
    failsUnchanged(
        point,
        () -> mm.editor().allocate(0, P, 0, wanted.flags(), null, null, null, wanted.extras()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          P 0-3         | N 3-5          |
          P 0-3         | N 4-5          | NOT_ADJACENT,PGOFF
          P 0-3         | N 3-5 @9       | PGOFF
          P 0-3 io      | N 3-5 io       | SPECIAL
          P 0-3 io      | N 3-5          | SPECIAL,FLAGS
          P 0-3 dd      | N 3-5          | FLAGS
          P 0-3 dd F1   | N 3-5 F2       | FLAGS,FILE
          P 0-3 p1 u1   | N 3-5 =n       | POLICY,USERFAULT,NAME
          P 0-3 a1      | N 3-5 a2       | ANON_VMA
          P 0-3 f1      | N 3-5          | FORK_CHILD
          P 0-3         | N 3-5 close    | CLOSE_HOOK
          P 0-3 close   | N 3-5          |
          """)
  void blockersAreAllNamed(String low, String high, String expected) {
    EnumSet<MergeBlocker> wanted = EnumSet.noneOf(MergeBlocker.class);
    for (String name : expected == null ? new String[0] : expected.split(",", -1)) {
      wanted.add(MergeBlocker.valueOf(name));
    }
    int verdict =
        MergeRules.between(
            notation.parse(low), notation.parse(high), Profile.LINUX_6_18.stickyFlags());
    assertThat(MergeBlocker.of(verdict)).isEqualTo(wanted);
    wanted.remove(MergeBlocker.CLOSE_HOOK);
    int fromAbove =
        MergeRules.withPrevious(
            Proposal.of(notation.parse(high)),
            notation.parse(low),
            Profile.LINUX_6_18.stickyFlags());
    assertThat(MergeBlocker.of(fromAbove)).as("seen from above").isEqualTo(wanted);
  }
}
