// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The memory of a region: consecutive pages of the kernel. Counted where somebody counts: with the
 * last reference the pages are free. Thread-safe.
 */
final class PseudoLockRegion implements FrameHolder {
  private final List<KernelPage> pages;
  private final PfnWindow window;
  private int references = 1;

  PseudoLockRegion(PhysicalMemory memory, long bytes) throws ErrnoException {
    this.pages = memory.allocatePages((int) Pages.count(bytes));
    this.window = new PfnWindow(pages.getFirst().pfn(), pages.size());
    memory.addHolder(this);
  }

  /** Its page frames. */
  PfnWindow window() {
    return window;
  }

  synchronized void get() {
    references++;
  }

  synchronized void put() {
    references--;
    if (references == 0) {
      pages.forEach(KernelPage::put);
    }
  }

  /** Whether its frames may be in other use. */
  synchronized boolean isFree() {
    return references == 0;
  }

  /** What was in it is gone, whoever maps it. */
  synchronized void clear() {
    pages.forEach(page -> page.contents().fill((byte) 0));
  }

  @Override
  public synchronized void forEachFrame(LongConsumer visitor) {
    if (references > 0) {
      pages.forEach(page -> visitor.accept(page.pfn()));
    }
  }
}
