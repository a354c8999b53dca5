// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks that do what they must not: a defined error, and an address space as after any error. */
class HookMisuseTest {
  private final HookLab lab = new HookLab(Profile.SETTLED);

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aPrepareHookThatThrowsIsUnwoundAndHeard() {
    lab.anonymous(0, 4);
    OpenFile file =
        HookLab.prepared(descriptor -> {
          throw new Broken();
        });
    assertThatThrownBy(() -> lab.privately(file, 0, 4)).isInstanceOf(Broken.class);
    lab.checkGap();
    assertThat(file.references()).isOne();
  }

  @Test
  void anOldHookThatThrowsIsUnwoundAndHeard() {
    LegacyMmap hook =
        (file, vma) -> {
          vma.remapPfnRange(vma.start(), 0xd0000, vma.size(), vma.pageProtection());
          throw new Broken();
        };
    OpenFile file = HookLab.file(hook);
    assertThatThrownBy(() -> lab.shared(file, 0, 4)).isInstanceOf(Broken.class);
    lab.checkGap();
    assertThat(lab.entry(0)).isZero();
    assertThat(lab.machine.kernel().pfnTracking().reservations()).isEmpty();
    assertThat(file.references()).isOne();
  }

  @Test
  void aSuccessHookThatThrowsUnmaps() {
    OpenFile file =
        HookLab.prepared(descriptor -> {
          descriptor.remapFull(0xd0000);
          descriptor.successHook(vma -> {
            throw new Broken();
          });
        });
    assertThatThrownBy(() -> lab.shared(file, 0, 4)).isInstanceOf(Broken.class);
    lab.checkGap();
  }

  @Test
  void aHookThatMapsItselfIsRefused() {
    OpenFile[] self = new OpenFile[1];
    self[0] = HookLab.prepared(descriptor -> lab.shared(self[0], 8, 12));
    assertThatThrownBy(() -> lab.shared(self[0], 0, 4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from inside a hook");
    lab.checkGap();
    assertThat(lab.vma(8)).isNull();
    // It is over with the hook: the next call works.
    assertThat(lab.anonymous(0, 4)).isEqualTo(lab.at(0));
  }

  @Test
  void aDescriptorThatWasKeptIsClosed() {
    List<VmaDescriptor> kept = new ArrayList<>();
    lab.shared(HookLab.prepared(kept::add), 0, 4);
    long flags = lab.vma(0).flags();
    VmaDescriptor descriptor = kept.getFirst();
    assertThatThrownBy(() -> descriptor.vmFlags(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the hook has returned");
    assertThatThrownBy(() -> descriptor.remapFull(1)).isInstanceOf(IllegalStateException.class);
    assertThat(lab.vma(0).flags()).isEqualTo(flags);
  }

  private void refused(MmapPrepare hook, Errno error) {
    lab.anonymous(0, 4);
    assertThat(lab.privately(HookLab.prepared(hook), 0, 4)).isEqualTo(error.negated());
    lab.checkGap();
  }

  @ParameterizedTest
  @ValueSource(longs = {VmFlags.SHARED, VmFlags.HUGETLB, VmFlags.GROWSDOWN, VmFlags.ACCOUNT})
  void flagsThatMakeNoSenseAreRefused(long bit) {
    refused(descriptor -> descriptor.vmFlags(descriptor.vmFlags() ^ bit), Errno.EINVAL);
    assertThat(lab.warned(KernelWarning.Kind.RULE)).isTrue();
  }

  @Test
  void accessWithoutItsMayBitIsRefused() {
    refused(
        descriptor -> descriptor.vmFlags(descriptor.vmFlags() & ~VmFlags.MAYWRITE), Errno.EINVAL);
  }

  @Test
  void aClosedFileIsRefused() {
    OpenFile closed = HookLab.file("/closed", (MmapPrepare) descriptor -> {});
    closed.put();
    lab.anonymous(0, 4);
    assertThat(lab.privately(HookLab.prepared(descriptor -> descriptor.vmFile(closed)), 0, 4))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.vma(0)).isNull();
    assertThat(closed.references()).isZero();
    assertThat(lab.committed()).isZero();
  }

  @Test
  void anOffsetThatWrapsIsRefused() {
    refused(descriptor -> descriptor.pgoff(-2), Errno.EINVAL);
  }

  @Test
  void anActionOutsideIsRefused() {
    refused(d -> d.remap(d.start() - Pages.SIZE, 0xd0000, Pages.SIZE), Errno.EFAULT);
    refused(d -> d.remap(d.start(), 0xd0000, d.size() + 1), Errno.EFAULT);
    refused(d -> d.remap(d.end(), 0xd0000, Pages.SIZE), Errno.EFAULT);
    refused(d -> d.remap(d.start(), 0xd0000, -Pages.SIZE), Errno.EFAULT);
    refused(d -> d.mapKernelPages(d.start(), List.of(1L, 2L, 3L, 4L, 5L)), Errno.EFAULT);
    refused(
        d ->
            d.action(
                new MmapAction.MixedMap(
                    List.of(new MmapAction.MixedMap.Frames(d.end(), 0xd0000, 1)))),
        Errno.EFAULT);
  }

  @Test
  void anActionWithoutLengthIsRefused() {
    lab.anonymous(0, 4);
    OpenFile file = HookLab.prepared(d -> d.remap(d.start(), 0xd0000, 0));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EINVAL.negated());
    assertThat(lab.warned(KernelWarning.Kind.BUG)).isTrue();
    lab.checkGap();
  }

  @Test
  void anUnalignedActionIsRefused() {
    OpenFile file = HookLab.prepared(d -> d.remap(d.start() + 1, 0xd0000, Pages.SIZE));
    assertThat(lab.shared(file, 0, 4)).isEqualTo(Errno.EINVAL.negated());
    lab.checkGap();
  }

  @Test
  void whatTheKernelLacksIsTheDriversError() {
    HookLab old = new HookLab(Profile.LINUX_6_18);
    OpenFile file = HookLab.prepared(descriptor -> descriptor.remapFull(0xd0000));
    assertThatThrownBy(() -> old.shared(file, 0, 4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("LINUX_6_18 does not have actions");
    assertThat(old.vma(0)).isNull();
    old.space.verify();
  }

  private static final class Both implements MmapPrepare, LegacyMmap {
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {}

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) {}
  }

  private static final class Neither implements FileOperations {}

  @Test
  void exactlyOneHookIsNeeded() {
    lab.anonymous(0, 4);
    assertThat(lab.shared(HookLab.file(new Both()), 0, 4)).isEqualTo(Errno.ENODEV.negated());
    assertThat(lab.warned(KernelWarning.Kind.RULE)).isTrue();
    assertThat(lab.shared(HookLab.file(new Neither()), 0, 4)).isEqualTo(Errno.ENODEV.negated());
    assertThat(lab.vma(0)).as("refused before anything was touched").isNotNull();
    assertThat(lab.shared(HookLab.stackedOn(HookLab.file(new Neither())), 4, 8))
        .as("below a stacked file")
        .isEqualTo(Errno.ENODEV.negated());
  }
}
