// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

/**
 * The points between the steps of a user's operations at which another processor can come in
 * between. Between two of them an operation is atomic to others, by a lock or by its nature.
 * Thread-safe.
 */
public final class Steps {
  private volatile StepObserver observer = StepObserver.NONE;

  /** Nobody is told. */
  public Steps() {}

  /** Who is told from now on; {@link StepObserver#NONE} for nobody. */
  public void observe(StepObserver newObserver) {
    observer = newObserver;
  }

  /** Tells that a step has been done; with none of the user's locks held. */
  public void reached(String name) {
    observer.step(name);
  }
}
