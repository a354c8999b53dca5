// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One operation of an interleaving, on its thread. */
final class Operation extends Thread {
  /** How far it is. */
  enum Phase {
    /** At a step, or not begun: it goes on when it is its turn. */
    STOPPED,
    RUNNING,
    /** In its turn it has met a lock that another one holds. */
    BLOCKED,
    ENDED
  }

  private final Interleaving order;
  private final Runnable body;
  private volatile Phase phase = Phase.STOPPED;
  private volatile boolean turn;
  private boolean begun; // by whoever gives turns
  private @Nullable Throwable thrown;

  /** What it did while it was another one's turn, after it had got a lock; told then. */
  private final List<String> late = new ArrayList<>(); // read when it has stopped

  Operation(Interleaving order, String name, Runnable body) {
    super(name);
    this.order = order;
    this.body = body;
    setDaemon(true);
  }

  @Override
  public void run() {
    try {
      body.run();
    } catch (RuntimeException | Error e) {
      thrown = e;
    }
    order.ended(this);
  }

  Phase phase() {
    return phase;
  }

  void phase(Phase next) {
    phase = next;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  List<String> late() {
    return late;
  }

  /** Its turn begins; from another thread. */
  void resume() {
    phase = Phase.RUNNING;
    if (begun) {
      turn = true;
      LockSupport.unpark(this);
    } else {
      begun = true;
      start();
    }
  }

  /** Waits for its next turn; on its own thread. */
  void awaitTurn() {
    while (!turn) {
      LockSupport.park(this);
    }
    turn = false;
  }
}
