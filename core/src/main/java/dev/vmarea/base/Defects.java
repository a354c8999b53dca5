// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import org.jspecify.annotations.Nullable;

/**
 * Code of others that must not keep the rest from being done: every step is run, and what the first
 * one threw is thrown when all is done. For one thread.
 */
public final class Defects {
  private @Nullable RuntimeException first;

  /** Nothing thrown yet. */
  public Defects() {}

  /** Runs a step; what it throws is kept. */
  public void keep(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException thrown) {
      if (first == null) {
        first = thrown;
      } else {
        first.addSuppressed(thrown);
      }
    }
  }

  /** What the first step that threw has thrown, the others suppressed in it; or null. */
  public @Nullable RuntimeException first() {
    return first;
  }

  /** Throws what was thrown first, if anything was. */
  public void rethrow() {
    if (first != null) {
      throw first;
    }
  }
}
