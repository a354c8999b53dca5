// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of an address space's writers (mmap_lock held for writing). Linux's cannot be taken
 * twice; here a writer may nest, except from inside a driver's hook, where it is refused: what
 * would hang a kernel must not pass unnoticed.
 */
public final class WriterLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  private boolean inHook; // guarded by the lock itself

  WriterLock() {}

  @Override
  public void lock() {
    if (isHeldByCurrentThread() && inHook) {
      throw new IllegalStateException(
          "a memory call from inside a hook: the address space is locked, Linux would wait for ever");
    }
    super.lock();
  }

  /** A hook is about to run, with the lock held; returns what {@link #leaveHook} is to be given. */
  public boolean enterHook() {
    boolean before = inHook;
    inHook = true;
    return before;
  }

  /** The hook has returned. */
  public void leaveHook(boolean before) {
    inHook = before;
  }
}
