// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * The accessors of one address space that may remember entries. A call that takes rights away waits
 * here until each of them has passed a checkpoint, so that no store lands after its right is gone
 * and no frame is used again that one can still reach (decisions D2 and D6).
 *
 * <p>An accessor that is not running declares itself offline and is not waited for; nor is one of
 * the calling thread itself, which is inside the call and touches nothing.
 */
public final class AccessorSet {
  /** One that remembers entries. */
  public interface Accessor {
    /** Whether it may use an entry that it remembered before this generation. */
    boolean mayBeBehind(long generation);
  }

  private static final long WAIT_NANOS = 20_000;

  private final CopyOnWriteArrayList<Accessor> accessors = new CopyOnWriteArrayList<>();

  /** One more to wait for. */
  public void add(Accessor accessor) {
    accessors.add(accessor);
  }

  /** One less. */
  public void remove(Accessor accessor) {
    accessors.remove(accessor);
  }

  AccessorSet() {}

  /** Returns when none uses an entry any more that it remembered before {@code generation}. */
  void awaitGeneration(long generation) {
    for (Accessor accessor : accessors) {
      int spins = 0;
      while (accessor.mayBeBehind(generation)) {
        if (++spins < 100) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(WAIT_NANOS);
        }
      }
    }
  }
}
