// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import dev.vmarea.base.Errno;
import dev.vmarea.workbench.lab.Subject;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which of the faults woven into the classes of its loader is in effect: the chosen one while a
 * port is looked at, none while the old hook is that it is compared with, which may share code with
 * it. Woven code asks here; the beginning of each lab tells who is looked at. One check at a time.
 */
public final class FaultSwitch {
  private static volatile int chosen;
  private static volatile int active;
  private static final AtomicReference<@Nullable Throwable> PUT = new AtomicReference<>();

  private FaultSwitch() {}

  /** From the next lab on this fault is in effect; 0 for none. */
  public static void choose(int fault) {
    chosen = fault;
  }

  /** A lab begins. */
  public static void subject(Subject subject) {
    active = subject.variant().isLegacy() ? 0 : chosen;
    PUT.set(null);
  }

  /** Whether the fault is in effect. */
  public static boolean is(int fault) {
    return active == fault;
  }

  /** 1 if the fault is in effect, else 0. */
  public static long one(int fault) {
    return active == fault ? 1 : 0;
  }

  /** The flags, without {@code bit} if the fault is in effect. */
  public static long without(long flags, long bit, int fault) {
    return active == fault ? flags & ~bit : flags;
  }

  /** The errno, or another one if the fault is in effect. */
  public static Errno other(Errno errno, int fault) {
    if (active != fault) {
      return errno;
    }
    return errno == Errno.EINVAL ? Errno.EPERM : Errno.EINVAL;
  }

  /** Keeps an exception until the next check has been made. */
  public static void put(@Nullable Throwable thrown) {
    PUT.set(thrown);
  }

  /** The exception that was kept, if the fault is in effect; it is forgotten. */
  public static @Nullable Throwable take(int fault) {
    if (active != fault) {
      return null;
    }
    return PUT.getAndSet(null);
  }
}
