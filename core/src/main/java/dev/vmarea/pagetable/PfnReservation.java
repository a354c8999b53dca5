// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;

/**
 * What an area holds of {@link PfnTracking} after frames were remapped over all of it. Copies of
 * the area (split, fork, move) share it; the last one gives the range back. Thread-safe.
 */
public final class PfnReservation {
  private final PfnTracking tracking;
  private final TrackedRange range;
  private final boolean tracked;
  private final PageProtection protection;
  private int references = 1;

  PfnReservation(
      PfnTracking tracking, TrackedRange range, boolean tracked, PageProtection protection) {
    this.tracking = tracking;
    this.range = range;
    this.tracked = tracked;
    this.protection = protection;
  }

  /** First page frame number. */
  public long pfn() {
    return range.pfn();
  }

  /** Number of frames. */
  public long pages() {
    return range.pages();
  }

  /** Whether the range is reserved: not where it touches RAM, nor where nothing is tracked. */
  public boolean isTracked() {
    return tracked;
  }

  /** The protection to map with: what was wanted, with the cache mode that was granted. */
  public PageProtection protection() {
    return protection;
  }

  /** Areas that hold it. */
  public synchronized int references() {
    return references;
  }

  /**
   * One more area holds it.
   *
   * @return this
   * @throws IllegalStateException if it was given back
   */
  public synchronized PfnReservation share() {
    checkHeld();
    references++;
    return this;
  }

  /**
   * An area gives it up; the last one frees the range.
   *
   * @throws IllegalStateException if it was given back
   */
  public synchronized void release() {
    checkHeld();
    references--;
    if (references == 0 && tracked) {
      tracking.remove(range);
    }
  }

  private void checkHeld() {
    if (references == 0) {
      throw new IllegalStateException("nobody holds the reservation of " + range);
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return range + (tracked ? "" : " (not tracked)") + ", held " + references() + " times";
  }
}
