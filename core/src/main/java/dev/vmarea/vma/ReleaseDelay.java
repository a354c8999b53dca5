// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets files that a call of this thread closes live until {@link #close}. Linux releases every file
 * when the call goes back to its program; that shows where the call still needs what the file has,
 * as when mmap replaces the last mapping of huge pages and then populates: they are not free yet.
 */
public final class ReleaseDelay implements AutoCloseable {
  private static final ThreadLocal<@Nullable ReleaseDelay> CURRENT = new ThreadLocal<>();

  private final @Nullable ReleaseDelay outer = CURRENT.get();
  private final List<Runnable> waiting = new ArrayList<>();

  private ReleaseDelay() {}

  /** From now on the calling thread's files wait. */
  public static ReleaseDelay begin() {
    ReleaseDelay delay = new ReleaseDelay();
    CURRENT.set(delay);
    return delay;
  }

  /** Runs {@code release} when the calling thread's delay ends, or at once without one. */
  static void orNow(Runnable release) {
    ReleaseDelay delay = CURRENT.get();
    if (delay == null) {
      release.run();
    } else {
      delay.waiting.add(release);
    }
  }

  /** Releases what waits. */
  @Override
  public void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    waiting.forEach(ReleaseDelay::orNow);
  }
}
