// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.KernelWarning;

/**
 * The lock that keeps faults of one hugetlb VMA and truncation of its file apart: a shareable VMA
 * has one of its own ({@code hugetlb_vma_lock}), a private one uses that of its reservation. Here
 * other locks do that work already; this one is there for its life and its pairing, which the
 * series got wrong. Thread-safe.
 */
public final class HugetlbLock {
  private final HugePagePool pool;
  private boolean held;

  HugetlbLock(HugePagePool pool) {
    this.pool = pool;
  }

  /** Takes it for writing, without waiting; whether it was free. */
  synchronized boolean tryLock() {
    if (held) {
      return false;
    }
    held = true;
    return true;
  }

  /** Releases it; tells the log if nobody held it, after which Linux waits for it for ever. */
  synchronized void unlock() {
    if (!held) {
      pool.warn(
          KernelWarning.Kind.UNBALANCED_UNLOCK,
          "the lock of a hugetlb VMA is released, and nobody has taken it");
    }
    held = false;
  }

  /** Whether somebody holds it. */
  public synchronized boolean isHeld() {
    return held;
  }
}
