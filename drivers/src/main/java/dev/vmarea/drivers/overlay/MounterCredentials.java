// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The credentials of whoever mounted an overlay, which a caller has while it works on real files.
 * Nobody's permissions are kept here; what is counted is that each taking has its restoring.
 * Thread-safe.
 */
final class MounterCredentials {
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong held = new AtomicLong();

  /** A caller has them, until it {@link #restore restores} its own. */
  void take() {
    taken.incrementAndGet();
    held.incrementAndGet();
  }

  /** The caller has its own again. */
  void restore() {
    held.decrementAndGet();
  }

  /** How often they were taken. */
  long taken() {
    return taken.get();
  }

  /** Callers that have them now. */
  long held() {
    return held.get();
  }
}
