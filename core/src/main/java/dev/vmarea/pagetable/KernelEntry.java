// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import org.jspecify.annotations.Nullable;

/**
 * Whether a thread is inside a memory call or a fault. It touches no memory through remembered
 * entries then, of whatever address space, so nobody waits for its accessors. That keeps two
 * threads from waiting for each other, each inside a call that takes rights away.
 *
 * <p>Known for threads that have an accessor; others need not be waited for anyway.
 */
public final class KernelEntry {
  private static final ThreadLocal<@Nullable KernelEntry> MINE = new ThreadLocal<>();

  /** Written by its thread alone. */
  private volatile int depth;

  private KernelEntry() {}

  /** That of the calling thread, made if it has none. */
  public static KernelEntry ofThread() {
    KernelEntry mine = MINE.get();
    if (mine == null) {
      mine = new KernelEntry();
      MINE.set(mine);
    }
    return mine;
  }

  /** The calling thread begins a call. */
  public static void begin() {
    KernelEntry mine = MINE.get();
    if (mine != null) {
      mine.enter();
    }
  }

  /** The calling thread ends what it began. */
  public static void end() {
    KernelEntry mine = MINE.get();
    if (mine != null) {
      mine.leave();
    }
  }

  /** For its own thread: a call or fault begins; what was accessed before has been. */
  public void enter() {
    int deeper = depth + 1;
    depth = deeper;
  }

  /** For its own thread: the call or fault ends; before the next access it looks for changes. */
  public void leave() {
    int shallower = Math.max(0, depth - 1); // a call may have begun before its first accessor
    depth = shallower;
  }

  /** Whether the thread is inside one. */
  public boolean isInside() {
    return depth > 0;
  }
}
