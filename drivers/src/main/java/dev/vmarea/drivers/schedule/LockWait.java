// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * A thread waits.
 *
 * @param owner number of the thread that holds what it waits for; -1 if nobody is known to, as when
 *     it is just about to wake up, or waits for readers
 * @param isForLock whether it waits for something that can have an owner
 */
record LockWait(long owner, boolean isForLock) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What {@code thread} waits for now; null if it does not wait. */
  static @Nullable LockWait of(Thread thread) {
    if (!waits(thread.getState())) {
      return null;
    }
    ThreadInfo info = THREADS.getThreadInfo(thread.threadId());
    return info == null || !waits(info.getThreadState())
        ? null
        : new LockWait(info.getLockOwnerId(), isForLock(info));
  }

  /** Not for a condition, nor for a monitor to be notified, which have no owner. */
  private static boolean isForLock(ThreadInfo info) {
    LockInfo lock = info.getLockInfo();
    return lock != null
        && (info.getThreadState() == Thread.State.BLOCKED
            || lock.getClassName().startsWith("java.util.concurrent.locks.")
                && !lock.getClassName().endsWith("ConditionObject"));
  }

  private static boolean waits(Thread.State state) {
    return switch (state) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, TERMINATED -> false;
    };
  }

  /** Where {@code thread} is: the innermost method that is not the platform's own. */
  static String place(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (!frame.getClassName().startsWith("java.")
          && !frame.getClassName().startsWith("jdk.")
          && !frame.getClassName().endsWith("WriterLock")) {
        String type = frame.getClassName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
      }
    }
    return "an unknown place";
  }
}
