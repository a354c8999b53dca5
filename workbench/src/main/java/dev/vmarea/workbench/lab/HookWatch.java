// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is in use right before a prepare hook and right after it: the hook should have
 * changed nothing. Not thread-safe.
 */
final class HookWatch {
  /** Sees nothing. */
  static final HookWatch NONE = new HookWatch(TreeMap::new, false);

  private final Supplier<SortedMap<String, Long>> counts;
  private final boolean locks;
  private @Nullable SortedMap<String, Long> before;
  private int heldBefore;
  private boolean done;
  private boolean keepsLock;
  private final List<String> changes = new ArrayList<>();

  /**
   * A watch of one act.
   *
   * @param counts says what is in use
   * @param locks whether it also looks at the locks that the thread holds, which takes its time
   */
  HookWatch(Supplier<SortedMap<String, Long>> counts, boolean locks) {
    this.counts = counts;
    this.locks = locks;
  }

  void before() {
    if (before == null) {
      before = counts.get();
      heldBefore = locks ? held() : 0;
    }
  }

  void after() {
    SortedMap<String, Long> then = before;
    if (then == null || done) {
      return;
    }
    done = true;
    keepsLock = locks && held() > heldBefore;
    counts
        .get()
        .forEach((name, value) -> {
          long change = value - then.getOrDefault(name, 0L);
          if (change != 0) {
            changes.add(String.format("%s %+d", name, change));
          }
        });
  }

  /** Whether the hook has taken a lock and not given it back; only known if asked for. */
  boolean keepsLock() {
    return keepsLock;
  }

  /** What the hook has changed; empty for nothing. */
  String changes() {
    return String.join(", ", changes);
  }

  /** Locks that the thread holds which calls; slow. */
  static int held() {
    long[] self = {Thread.currentThread().threadId()};
    return ManagementFactory.getThreadMXBean()
        .getThreadInfo(self, false, true)[0]
        .getLockedSynchronizers()
        .length;
  }
}
