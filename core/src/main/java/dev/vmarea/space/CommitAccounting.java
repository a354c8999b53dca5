// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The machine-wide commit charge (Committed_AS), in pages. Thread-safe. Rules: mm-semantics 1.2.
 */
public final class CommitAccounting {
  private final AtomicLong committed = new AtomicLong();

  /** Pages charged now. */
  public long committed() {
    return committed.get();
  }

  /**
   * Charges {@code pages} (may be negative), or refuses and leaves the counter alone.
   *
   * @param totalVm pages mapped by the address space that asks
   * @param privileged whether the caller has CAP_SYS_ADMIN
   * @return whether the charge was granted
   */
  public boolean charge(Kernel kernel, long pages, long totalVm, boolean privileged) {
    KernelConfig config = kernel.config();
    if (kernel.fails(FailurePlan.Point.COMMIT)) {
      return false;
    }
    long now = committed.addAndGet(pages);
    boolean granted =
        switch (config.overcommitMode()) {
          case 1 -> true;
          case 0 -> pages <= config.totalRamPages() + config.totalSwapPages();
          default -> now < limit(config, totalVm, privileged);
        };
    if (!granted) {
      committed.addAndGet(-pages);
    }
    return granted;
  }

  private static long limit(KernelConfig config, long totalVm, boolean privileged) {
    long allowed = config.commitLimitPages();
    if (!privileged) {
      allowed -= config.adminReservePages();
    }
    return allowed - Math.min(totalVm / 32, config.userReservePages());
  }

  /** Gives {@code pages} back. */
  public void uncharge(long pages) {
    if (pages != 0) {
      committed.addAndGet(-pages);
    }
  }
}
