// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the editor publishes, hands back and tells callbacks, apart from the merge rules. */
class VmaEditorTest {
  private static final long P = 4096;

  private final Mm mm =
      new Mm(new Kernel(KernelConfig.standard(), Profile.LINUX_6_18), new ProgramLayout());
  private final VmaNotation notation = new VmaNotation();
  private final Watching watching = new Watching();

  /** Callbacks that note what they are told. */
  private static final class Watching implements VmOperations {
    private final List<Vma> opened = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private @Nullable Errno answer;

    @Override
    public void open(Vma vma) {
      opened.add(vma);
    }

    @Override
    public @Nullable Errno maySplit(Vma vma, long address) {
      asked.add(vma.start() / P + "-" + vma.end() / P + " at " + address / P);
      return answer;
    }
  }

  private Vma watched(long start, long end) {
    Vma like = notation.parse("y 0-1");
    Vma vma =
        new Vma(
            start * P,
            end * P,
            start,
            like.flags(),
            new VmaHandle(),
            null,
            null,
            watching,
            VmaExtras.NONE);
    mm.editor().insert(vma);
    return vma;
  }

  private List<Vma> all() {
    List<Vma> vmas = new ArrayList<>();
    mm.tree().forEach(vmas::add);
    return vmas;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void splitTellsTheCallbacksOfTheNewPart(boolean newBelow) throws ErrnoException {
    Vma vma = watched(2, 8);
    Vma kept = mm.editor().split(vma, 5 * P, newBelow, true);
    assertThat(all()).hasSize(2);
    Vma fresh = all().get(newBelow ? 0 : 1);
    assertThat(kept).isSameAs(all().get(newBelow ? 1 : 0));
    assertThat(kept.handle()).isSameAs(vma.handle());
    assertThat(fresh.handle()).isNotSameAs(vma.handle());
    assertThat(watching.opened).hasSize(1);
    assertThat(watching.opened.get(0)).isSameAs(fresh);
    assertThat(watching.asked).containsExactly("2-8 at 5");
    assertThat(fresh.start()).isEqualTo((newBelow ? 2 : 5) * P);
    assertThat(fresh.pgoff()).isEqualTo(newBelow ? 2 : 5);
    for (Vma part : all()) {
      assertThat(part.handle().current()).isSameAs(part);
    }
  }

  @Test
  void splitThatTheCallbacksRefuseChangesNothing() {
    Vma vma = watched(2, 8);
    watching.answer = Errno.EBUSY;
    assertThatThrownBy(() -> mm.editor().split(vma, 5 * P, true, true))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
    assertThat(all()).containsExactly(vma);
    assertThat(vma.handle().current()).isSameAs(vma);
    assertThat(watching.opened).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 6", "0, 7"})
  void extendReplacesTheOldVersion(long start, long end) {
    mm.editor().insert(notation.parse("V 2-4"));
    mm.editor().insert(notation.parse("N 9-10"));
    Vma old = notation.current("V");
    Vma longer = old.withRange(start * P, end * P, start);
    mm.editor().extend(old, longer);
    assertThat(all()).hasSize(2);
    assertThat(all().get(0)).isSameAs(longer);
    assertThat(notation.current("V")).isSameAs(longer);
    assertThat(mm.tree().lookup(start * P)).isSameAs(longer);
    assertThat(mm.tree().lookup(end * P - 1)).isSameAs(longer);
    assertThat(mm.tree().lookup(end * P)).isNull();
    assertThat(mm.mapCount()).isEqualTo(2);
  }

  @Test
  void replacePublishesTheVersion() {
    mm.editor().insert(notation.parse("V 2-4"));
    Vma old = notation.current("V");
    Vma version = old.withFlags(0);
    mm.editor().replace(old, version);
    assertThat(all()).containsExactly(version);
    assertThat(notation.current("V")).isSameAs(version);
  }

  @Test
  void allocatedVmaIsAsAskedAndNotPublished() throws ErrnoException {
    AnonVma anon = AnonVma.fresh();
    VmaExtras extras = VmaExtras.NONE.withName("heap");
    Vma like = notation.parse("y 0-1 F1");
    Vma vma =
        mm.editor().allocate(3 * P, 5 * P, 77, like.flags(), like.file(), anon, watching, extras);
    assertThat(vma.start()).isEqualTo(3 * P);
    assertThat(vma.end()).isEqualTo(5 * P);
    assertThat(vma.pgoff()).isEqualTo(77);
    assertThat(vma.flags()).isEqualTo(like.flags());
    assertThat(vma.file()).isSameAs(like.file());
    assertThat(vma.anon()).isSameAs(anon);
    assertThat(vma.ops()).isSameAs(watching);
    assertThat(vma.extras()).isSameAs(extras);
    assertThat(vma.handle().current()).isNull();
    assertThat(mm.mapCount()).isZero();
  }
}
