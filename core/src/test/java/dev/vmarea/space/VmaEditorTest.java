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

  private final Kernel kernel = new Kernel(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Mm mm = new Mm(kernel, new ProgramLayout());
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
      asked.add(range(vma) + " at " + address / P);
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
            VmaHandle.of(null),
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
  @CsvSource({
    "2, 8, ''",
    "2, 5, 5-8",
    "5, 8, 2-5",
    "4, 6, 2-4 6-8",
  })
  void modifyTellsTheCallbacksOfWhatItSplitsOff(long start, long end, String fresh)
      throws ErrnoException {
    Vma vma = watched(2, 8);
    Vma changed = mm.editor().modify(vma, start * P, end * P, 0, vma.extras());
    assertThat(changed.handle()).isSameAs(vma.handle());
    assertThat(changed.flags()).isZero();
    List<String> told = watching.opened.stream().map(VmaEditorTest::range).toList();
    assertThat(String.join(" ", told)).isEqualTo(fresh);
    for (Vma opened : watching.opened) {
      assertThat(mm.tree().lookup(opened.start())).isSameAs(opened);
    }
  }

  @Test
  void modifyWhoseSecondSplitIsRefusedToldOfTheFirst() {
    kernel.config(KernelConfig.standard().withMaxMapCount(2));
    Vma vma = watched(2, 8);
    assertThatThrownBy(() -> mm.editor().modify(vma, 4 * P, 6 * P, 0, vma.extras()))
        .isInstanceOf(ErrnoException.class);
    assertThat(all()).extracting(VmaEditorTest::range).containsExactly("2-4", "4-8");
    assertThat(watching.opened).containsExactly(all().get(0));
    assertThat(all().get(1).handle()).isSameAs(vma.handle());
    assertThat(all().get(1).flags()).isEqualTo(vma.flags());
  }

  /** One VMA, so the limit is the number that the first split finds, plus one, and so on. */
  @ParameterizedTest
  @CsvSource({
    "2, 5, 1, 2-8",
    "2, 5, 2, 2-5 5-8",
    "5, 8, 1, 2-8",
    "5, 8, 2, 2-5 5-8",
    "4, 6, 1, 2-8",
    "4, 6, 2, 2-4 4-8",
    "4, 6, 3, 2-4 4-6 6-8",
  })
  void modifyAtTheMapLimit(long start, long end, int limit, String expected) {
    kernel.config(KernelConfig.standard().withMaxMapCount(limit));
    Vma vma = watched(2, 8);
    try {
      mm.editor().modify(vma, start * P, end * P, 0, vma.extras());
      assertThat(mm.tree().lookup(start * P).flags()).isZero();
    } catch (ErrnoException refused) {
      assertThat(refused.errno()).isEqualTo(Errno.ENOMEM);
      assertThat(all()).noneMatch(part -> part.flags() == 0);
    }
    List<String> ranges = all().stream().map(VmaEditorTest::range).toList();
    assertThat(String.join(" ", ranges)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'P 0-3, X 3-5 dd, N 5-8', 3-5, 0-8",
    "'P 0-3 dd, X 3-5 dd, N 5-8', 3-5, 0-3 3-8",
    "'P 0-3, X 3-4 dd, Y 4-5, N 5-8', 3-5, 0-8",
    "'P 0-3, X 3-5 dd, N 6-8', 3-5, 0-5 6-8",
    "'P 0-3, N 5-8', 3-5, 0-8",
  })
  void newRangeJoinsOverWhatHasBeenGathered(String layout, String range, String expected)
      throws ErrnoException {
    for (String vma : layout.split(",", -1)) {
      mm.editor().insert(notation.parse(vma));
    }
    Vma merged = mm.editor().mergeNew(Proposal.of(notation.parse("y " + range)), false);
    assertThat(merged).isNotNull();
    List<String> ranges = all().stream().map(VmaEditorTest::range).toList();
    assertThat(String.join(" ", ranges)).isEqualTo(expected);
  }

  private static String range(Vma vma) {
    return vma.start() / P + "-" + vma.end() / P;
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
