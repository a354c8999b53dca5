// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhysicalMemoryTest {
  private static PhysicalMemory small() {
    return new PhysicalMemory(List.of(new PfnRange(4, 8), new PfnRange(10, 12)));
  }

  @Test
  void aSmallPcHasAHoleForOldDevices() {
    // 0xa0 pages below the hole, 0x1000 - 0xa0 = 0xf60 from 0x100 on
    PhysicalMemory memory = PhysicalMemory.standard(0x1000);
    assertThat(memory.ram()).containsExactly(new PfnRange(0, 0xa0), new PfnRange(0x100, 0x1060));
    assertThat(memory.isRam(0x9f)).isTrue();
    assertThat(memory.isRam(0xa0)).isFalse();
    assertThat(memory.isRam(0xff)).isFalse();
    assertThat(memory.isRam(0x100)).isTrue();
    assertThat(memory.isRam(0x105f)).isTrue();
    assertThat(memory.isRam(0x1060)).isFalse();
  }

  @Test
  void aLargePcHasAHoleForDevicesBelowFourGigabytes() {
    // 0x200000 pages are 8 GiB: 0xa0 and 0xc0000 - 0x100 = 0xbff00 of them below the hole,
    // 0x200000 - 0xa0 - 0xbff00 = 0x140060 from 4 GiB on
    PhysicalMemory memory = PhysicalMemory.standard(0x20_0000);
    assertThat(memory.ram())
        .containsExactly(
            new PfnRange(0, 0xa0),
            new PfnRange(0x100, 0xc_0000),
            new PfnRange(0x10_0000, 0x24_0060));
    assertThat(memory.touchesRam(0xc_0000, 0x4_0000)).isFalse();
    assertThat(memory.touchesRam(0xb_ffff, 2)).isTrue();
    assertThat(memory.touchesRam(0xf_ffff, 2)).isTrue();
  }

  @Test
  void touchingIsNotBeingAll() {
    PhysicalMemory memory =
        new PhysicalMemory(List.of(new PfnRange(4, 8), new PfnRange(8, 9), new PfnRange(12, 14)));
    assertThat(memory.touchesRam(0, 4)).isFalse();
    assertThat(memory.touchesRam(0, 5)).isTrue();
    assertThat(memory.touchesRam(9, 3)).isFalse();
    assertThat(memory.touchesRam(9, 9)).isTrue();
    assertThat(memory.isAllRam(4, 5)).isTrue();
    assertThat(memory.isAllRam(4, 6)).isFalse();
    assertThat(memory.isAllRam(3, 2)).isFalse();
    assertThat(memory.nextChange(0)).isEqualTo(4);
    assertThat(memory.nextChange(5)).isEqualTo(8);
    assertThat(memory.nextChange(9)).isEqualTo(12);
    assertThat(memory.nextChange(13)).isEqualTo(14);
    assertThat(memory.nextChange(14)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void rangesMayNotOverlapOrBeEmpty() {
    List<PfnRange> overlapping = List.of(new PfnRange(4, 8), new PfnRange(7, 9));
    assertThatThrownBy(() -> new PhysicalMemory(overlapping))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PfnRange(4, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PfnRange(-1, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLowestFreeFrameIsTaken() throws ErrnoException {
    PhysicalMemory memory = small();
    KernelPage first = memory.allocatePage();
    KernelPage second = memory.allocatePage();
    assertThat(first.pfn()).isEqualTo(4);
    assertThat(second.pfn()).isEqualTo(5);
    assertThat(memory.page(4)).isEqualTo(first);
    memory.free(first);
    assertThat(memory.page(4)).isNull();
    assertThat(memory.allocatePage().pfn()).isEqualTo(4);
    assertThat(memory.allocatedPages()).isEqualTo(2);
    assertThat(memory.freePages()).isEqualTo(4);
  }

  @Test
  void severalPagesAreConsecutive() throws ErrnoException {
    PhysicalMemory memory = small();
    KernelPage first = memory.allocatePage();
    assertThat(memory.allocatePages(3)).extracting(KernelPage::pfn).containsExactly(5L, 6L, 7L);
    memory.free(first);
    // 4, 10 and 11 are free: no three of them side by side, but two.
    assertThatThrownBy(() -> memory.allocatePages(3)).isSameAs(Errno.ENOMEM.failure());
    assertThat(memory.allocatePages(2)).extracting(KernelPage::pfn).containsExactly(10L, 11L);
    assertThat(memory.allocatePage().pfn()).isEqualTo(4);
    assertThatThrownBy(memory::allocatePage).isSameAs(Errno.ENOMEM.failure());
    assertThatThrownBy(() -> memory.allocatePages(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void freedFramesJoinOnBothSides() throws ErrnoException {
    PhysicalMemory memory = small();
    List<KernelPage> pages = memory.allocatePages(4);
    memory.free(pages.get(0));
    memory.free(pages.get(2));
    memory.free(pages.get(1));
    memory.free(pages.get(3));
    assertThat(memory.allocatePages(4)).extracting(KernelPage::pfn).contains(4L, 7L);
  }

  @Test
  void memoryBelowOneMegabyteIsLeftToTheFirmware() throws ErrnoException {
    assertThat(PhysicalMemory.standard(0x1000).allocatePage().pfn()).isEqualTo(0x100);
  }

  @Test
  void aPageLivesAsLongAsSomebodyHoldsIt() throws ErrnoException {
    PhysicalMemory memory = small();
    KernelPage page = memory.allocatePage();
    page.get();
    memory.free(page);
    assertThat(page.references()).isEqualTo(1);
    assertThat(page.isMappable()).isTrue();
    assertThat(memory.page(4)).isEqualTo(page);
    page.put();
    assertThat(page.references()).isZero();
    assertThat(page.isMappable()).isFalse();
    assertThat(memory.page(4)).isNull();
    assertThatThrownBy(page::put)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pfn 4");
    assertThatThrownBy(page::get).isInstanceOf(IllegalStateException.class);
    assertThat(memory.freePages()).isEqualTo(6);
  }

  @Test
  void aPageIsFreedWhereItBelongs() throws ErrnoException {
    KernelPage page = small().allocatePage();
    PhysicalMemory other = small();
    assertThatThrownBy(() -> other.free(page)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void onlyPagesOfTheKernelAndOfFilesMayBeMapped(KernelPage.Kind kind) throws ErrnoException {
    KernelPage page = small().allocatePage(kind);
    assertThat(page.isMappable())
        .isEqualTo(kind == KernelPage.Kind.KERNEL || kind == KernelPage.Kind.FILE);
  }

  @Test
  void threadsNeverGetTheSamePage() throws Exception {
    PhysicalMemory memory = PhysicalMemory.standard(0x400);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Void> work =
          () -> {
            for (int round = 0; round < 2000; round++) {
              List<KernelPage> mine = new ArrayList<>(memory.allocatePages(1 + round % 5));
              mine.add(memory.allocatePage());
              for (KernelPage page : mine) {
                page.get();
                assertThat(memory.page(page.pfn())).isEqualTo(page);
                page.put();
                memory.free(page);
              }
            }
            return null;
          };
      for (Future<Void> each : threads.invokeAll(List.of(work, work, work, work))) {
        each.get();
      }
    }
    assertThat(memory.allocatedPages()).isZero();
    // 0xa0 below 1 MiB are never free.
    assertThat(memory.freePages()).isEqualTo(0x400 - 0xa0);
  }
}
