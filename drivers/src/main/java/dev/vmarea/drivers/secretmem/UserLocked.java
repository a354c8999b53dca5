// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.vma.FaultContext;

/**
 * Pages that a user has locked other than by mappings ({@code user->locked_vm}): one count for all
 * its processes. Thread-safe.
 */
final class UserLocked {
  private long pages;

  /** Now. */
  synchronized long pages() {
    return pages;
  }

  /** One page more, if the limit of the process that faults allows so many; whether it does. */
  synchronized boolean charge(FaultContext fault) {
    if (!fault.mayLock(pages + 1)) {
      return false;
    }
    pages++;
    return true;
  }

  /** Gives pages back. */
  synchronized void uncharge(long count) {
    pages -= count;
  }
}
