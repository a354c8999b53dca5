// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.CompletedVma;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Callbacks beside the hook that do what they must not, and what hooks hand over or keep. */
class CallbackMisuseTest {
  private static final long PFN = 0xd0000;

  private final HookLab lab = new HookLab(Profile.SETTLED);

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void everyCallbackThatMapsIsRefused() {
    VmOperations nested =
        new VmOperations() {
          @Override
          public void close(Vma vma) {
            lab.anonymous(40, 44);
          }

          @Override
          public Errno maySplit(Vma vma, long address) {
            lab.anonymous(40, 44);
            return Errno.EINVAL;
          }
        };
    lab.shared(HookLab.prepared(descriptor -> descriptor.vmOps(nested)), 0, 4);
    assertThatThrownBy(() -> lab.space.syscalls().munmap(lab.at(1), Pages.SIZE))
        .as("maySplit")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from inside a hook");
    assertThatThrownBy(() -> lab.space.syscalls().munmap(lab.at(0), 4 * Pages.SIZE))
        .as("close")
        .isInstanceOf(IllegalStateException.class);
    assertThat(lab.vma(0)).as("it is gone all the same").isNull();
    assertThat(lab.vma(40)).isNull();
  }

  @Test
  void anErrorHookThatMapsIsRefused() {
    OpenFile failing =
        HookLab.prepared(descriptor -> {
          descriptor.remap(descriptor.start(), PFN, 0);
          descriptor.errorHook(error -> {
            lab.anonymous(40, 44);
            return error;
          });
        });
    assertThatThrownBy(() -> lab.shared(failing, 0, 4)).isInstanceOf(IllegalStateException.class);
    lab.checkGap();
    assertThat(lab.vma(40)).isNull();
  }

  @Test
  void aCloseThatThrowsEndsAllTheSame() {
    int[] closed = new int[1];
    VmOperations broken =
        new VmOperations() {
          @Override
          public void close(Vma vma) {
            closed[0]++;
            throw new Broken();
          }
        };
    OpenFile file = HookLab.prepared(descriptor -> descriptor.vmOps(broken));
    lab.privately(file, 0, 4);
    lab.anonymous(4, 8);
    assertThatThrownBy(() -> lab.anonymous(0, 8)).isInstanceOf(Broken.class);
    lab.checkGap();
    assertThat(lab.vma(4)).isNull();
    assertThat(closed[0]).isOne();
    assertThat(file.references()).isOne();
    lab.privately(file, 0, 4);
    assertThatThrownBy(() -> lab.space.syscalls().munmap(lab.at(0), 4 * Pages.SIZE))
        .isInstanceOf(Broken.class);
    lab.checkGap();
    assertThat(closed[0]).isEqualTo(2);
  }

  @Test
  void aFileHandedOverToAMergeIsPut() {
    OpenFile backing = HookLab.file("/backing", (MmapPrepare) descriptor -> {});
    OpenFile file = HookLab.prepared(descriptor -> descriptor.vmFile(backing.get()));
    lab.shared(file, 0, 4);
    lab.shared(file, 4, 8);
    assertThat(lab.space.mapCount()).isOne();
    assertThat(backing.references()).isEqualTo(2);
    lab.space.exit();
    assertThat(backing.references()).isOne();
  }

  @Test
  void anOldHookThatFailsLeavesNoTables() {
    LegacyMmap hook =
        (file, vma) -> {
          vma.remapPfnRange(vma.start(), PFN, vma.size(), vma.pageProtection());
          throw Errno.EBUSY.failure();
        };
    assertThat(lab.shared(HookLab.file(hook), 0, 4)).isEqualTo(Errno.EBUSY.negated());
    assertThat(lab.space.pageTables().tablePages()).isZero();
  }

  /** Whose {@code mapped} has counted is told, not who wraps it. */
  @Test
  void theInnerCallbacksAreClosedWhenTheOuterHookFails() {
    List<String> told = new ArrayList<>();
    VmOperations inner =
        new VmOperations() {
          @Override
          public void mapped(MappedArea area) {
            told.add("mapped");
          }

          @Override
          public void close(Vma vma) {
            told.add("inner closed");
          }
        };
    VmOperations wrapper =
        new VmOperations() {
          @Override
          public void close(Vma vma) {
            told.add("wrapper closed");
          }
        };
    OpenFile lower = HookLab.prepared(descriptor -> descriptor.vmOps(inner));
    LegacyMmap outer =
        (file, vma) -> {
          vma.mapThrough(lower);
          vma.vmOps(wrapper);
          throw Errno.EBUSY.failure();
        };
    assertThat(lab.shared(HookLab.file(outer), 0, 4)).isEqualTo(Errno.EBUSY.negated());
    assertThat(told).containsExactly("mapped", "inner closed");
  }

  @Test
  void whatSealsItselfIsRefused() {
    OpenFile file =
        HookLab.prepared(descriptor -> descriptor.vmFlags(descriptor.vmFlags() | VmFlags.SEALED));
    assertThat(lab.privately(file, 0, 4)).isEqualTo(Errno.EINVAL.negated());
    lab.checkGap();
  }

  @Test
  void whatAHookKeptIsWorthNothing() {
    List<CompletedVma> completed = new ArrayList<>();
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.remapFull(PFN);
          descriptor.successHook(completed::add);
        });
    lab.shared(file, 0, 4);
    assertThatThrownBy(() -> completed.getFirst().setAnonymous())
        .isInstanceOf(IllegalStateException.class);
    List<LegacyVma> halfBuilt = new ArrayList<>();
    LegacyMmap old = (opened, vma) -> halfBuilt.add(vma);
    lab.shared(HookLab.file(old), 8, 12);
    LegacyVma kept = halfBuilt.getFirst();
    assertThatThrownBy(() -> kept.remapPfnRange(kept.start(), 1, Pages.SIZE, kept.pageProtection()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anErrorHookIsNotToldOfAnException() {
    List<Errno> told = new ArrayList<>();
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.remapFull(PFN);
          descriptor.errorHook(error -> {
            told.add(error);
            return error;
          });
          descriptor.successHook(vma -> {
            throw new Broken();
          });
        });
    assertThatThrownBy(() -> lab.shared(file, 0, 4)).isInstanceOf(Broken.class);
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsReplacedCannotBeFoundAnyMoreWhenTheHookRuns() {
    List<Integer> found = new ArrayList<>();
    OpenFile[] file = new OpenFile[1];
    file[0] = HookLab.prepared(d -> found.add(file[0].inode().reverseMap().size()));
    lab.shared(file[0], 0, 4);
    lab.shared(file[0], 0, 4);
    assertThat(found).containsExactly(0, 0);
  }
}
