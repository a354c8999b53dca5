// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.pagetable.KernelEntry;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lock of an address space's writers (mmap_lock held for writing). Linux's cannot be taken
 * twice; here a writer may nest, except from inside a driver's hook, where it is refused: what
 * would hang a kernel must not pass unnoticed.
 *
 * <p>From taking it to releasing it is a section, with a number. The writer locks each VMA that it
 * changes with {@link #writeLock}; these locks end with the section. {@link #tryReadLock} is for
 * faults, which do without this lock where they can.
 *
 * <p>Order of locks: this one, of a parent before that of its forked child; VMAs; a file's reverse
 * map; a table of the page tables. Who holds a VMA for reading waits for none of the first three.
 */
public final class WriterLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  private boolean inHook; // guarded by the lock itself

  /** Number of this section, or of the next one. */
  private volatile long section;

  @SuppressWarnings("serial") // never serialized
  private @Nullable Runnable last; // guarded by the lock itself

  WriterLock() {}

  @Override
  public void lock() {
    refuseInHook();
    KernelEntry.begin();
    super.lock();
  }

  /**
   * Refuses what a driver's hook may not do.
   *
   * @throws IllegalStateException if the caller is inside one
   */
  public void refuseInHook() {
    if (isHeldByCurrentThread() && inHook) {
      throw new IllegalStateException(
          "a memory call from inside a hook: the address space is locked, Linux would wait for ever");
    }
  }

  /** Keeps faults out of {@code vma} until this section ends; with the lock held. */
  public void writeLock(Vma vma) {
    vma.handle().writeLock(section);
  }

  /**
   * Keeps writers out of {@code vma}, without this lock and without waiting.
   *
   * @return whether they are kept out now, and {@code vma} is what is mapped; then {@link
   *     VmaHandle#readUnlock} is due
   */
  public boolean tryReadLock(Vma vma) {
    VmaHandle handle = vma.handle();
    if (!handle.tryReadLock(section)) {
      return false;
    }
    if (handle.current() == vma) {
      return true;
    }
    handle.readUnlock();
    return false;
  }

  /** What is done once, with the lock held, right before it is released; null for nothing. */
  void beforeRelease(@Nullable Runnable action) {
    last = action;
  }

  @Override
  public void unlock() {
    Runnable action = last;
    boolean ends = getHoldCount() == 1;
    try {
      if (ends && action != null) {
        action.run();
      }
    } finally {
      if (ends) {
        long next = section + 1;
        section = next;
      }
      super.unlock();
      KernelEntry.end();
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
