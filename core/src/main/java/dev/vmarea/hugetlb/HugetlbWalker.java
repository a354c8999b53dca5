// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.vma.ReverseMap;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How truncation locks a VMA that it has found in the reverse map of its file: by what the VMA has
 * at that moment, and again when it unlocks it. If the VMA has got a lock in between, the walker
 * releases one that it has not taken: that is how the first ports of hugetlbfs hung.
 */
public final class HugetlbWalker {
  /** A VMA that was met, and the lock of it that was taken, if it had one. */
  private record Met(VmaHandle handle, @Nullable HugetlbLock taken) {}

  private HugetlbWalker() {}

  /**
   * Does something to the pages that VMAs of a file map, with those VMAs locked that map some page
   * of [firstPgoff, endPgoff), the end unsigned. One whose lock another walker holds is left to
   * that.
   */
  static void around(ReverseMap map, long firstPgoff, long endPgoff, Runnable action) {
    List<Met> all = new ArrayList<>();
    map.walk(
        firstPgoff,
        endPgoff - 1,
        vma -> {
          HugetlbLock lock = lock(vma);
          if (lock == null || lock.tryLock()) {
            all.add(new Met(vma.handle(), lock));
          }
        });
    try {
      action.run();
    } finally {
      all.forEach(HugetlbWalker::unlock);
    }
  }

  /**
   * What was taken is released, also if the VMA has gone meanwhile, which it cannot in Linux; of a
   * VMA that had no lock the one that it has now.
   */
  private static void unlock(Met met) {
    Vma now = met.handle.current();
    HugetlbLock lock = met.taken == null && now != null ? lock(now) : met.taken;
    if (lock != null) {
      lock.unlock();
    }
  }

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
