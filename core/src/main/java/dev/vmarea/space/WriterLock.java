// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lock of an address space's writers (mmap_lock held for writing). Linux's cannot be taken
 * twice; here a writer may nest, except from inside a driver's hook, where it is refused: what
 * would hang a kernel must not pass unnoticed.
 */
public final class WriterLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  private boolean inHook; // guarded by the lock itself

  @SuppressWarnings("serial") // never serialized
  private @Nullable Runnable last; // guarded by the lock itself

  WriterLock() {}

  @Override
  public void lock() {
    if (isHeldByCurrentThread() && inHook) {
      throw new IllegalStateException(
          "a memory call from inside a hook: the address space is locked, Linux would wait for ever");
    }
    super.lock();
  }

  /** What is done once, with the lock held, right before it is released; null for nothing. */
  void beforeRelease(@Nullable Runnable action) {
    last = action;
  }

  @Override
  public void unlock() {
    Runnable action = last;
    if (action == null || getHoldCount() != 1) {
      super.unlock();
      return;
    }
    try {
      action.run();
    } finally {
      super.unlock();
    }
  }

  /** A driver's code that may fail with {@code E}. */
  @FunctionalInterface
  public interface Hook<T extends @Nullable Object, E extends Exception> {
    /** Runs it. */
    T run() throws E;
  }

  /** Runs a driver's code, with the lock held. */
  public <T extends @Nullable Object, E extends Exception> T inHook(Hook<T, E> hook) throws E {
    boolean before = inHook;
    inHook = true;
    try {
      return hook.run();
    } finally {
      inHook = before;
    }
  }

  /** Runs a driver's code that returns nothing and cannot fail, with the lock held. */
  public void runHook(Runnable hook) {
    boolean before = inHook;
    inHook = true;
    try {
      hook.run();
    } finally {
      inHook = before;
    }
  }
}
