// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.vma.Inode;
import dev.vmarea.vma.Vma;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** What models check of themselves. */
public final class Invariant {
  private Invariant() {}

  /**
   * Checks one.
   *
   * @throws IllegalStateException saying {@code what} if it does not hold
   */
  public static void holds(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException(what);
    }
  }

  /**
   * Checks that two numbers are equal.
   *
   * @throws IllegalStateException saying {@code what} with both numbers if they are not
   */
  public static void equal(String what, long actual, long expected) {
    if (actual != expected) {
      throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
    }
  }

  /** How many VMAs of {@code inode} there are now that {@code which} is true for. */
  public static long vmas(Inode inode, Predicate<? super Vma> which) {
    AtomicLong count = new AtomicLong();
    inode.reverseMap().walk(vma -> count.addAndGet(which.test(vma) ? 1 : 0));
    return count.get();
  }
}
