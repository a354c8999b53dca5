// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * How truncation locks a VMA that it has found in the reverse map of its file: by what the VMA has
 * at that moment, and again when it unlocks it. If the VMA has got a lock in between, the walker
 * releases one that it has not taken: that is how the first ports of hugetlbfs hung.
 */
public final class HugetlbWalker {
  private HugetlbWalker() {}

  /** Tries to lock {@code vma} for writing; a VMA without a lock needs none. */
  public static boolean tryLock(Vma vma) {
    HugetlbLock lock = lock(vma);
    return lock == null || lock.tryLock();
  }

  /** Unlocks {@code vma}, as it is now. */
  public static void unlock(Vma vma) {
    HugetlbLock lock = lock(vma);
    if (lock != null) {
      lock.unlock();
    }
  }

  private static @Nullable HugetlbLock lock(Vma vma) {
    return switch (vma.privateData()) {
      case HugetlbLock own -> own;
      case PrivateReservation owner -> owner.lock();
      case null, default -> null;
    };
  }
}
