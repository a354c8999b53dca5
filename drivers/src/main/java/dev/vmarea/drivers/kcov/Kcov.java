// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.Refcount;
import dev.vmarea.drivers.region.WholeBuffer;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.HookedArea;
import org.jspecify.annotations.Nullable;

/**
 * What one open file of kcov has ({@code struct kcov}). Counted: one reference is the file's, one
 * is the task's that it is enabled for; with the last one its buffer goes. Thread-safe.
 */
public final class Kcov {
  private static final int WORD = Long.BYTES;
  private static final long MOST_WORDS = Integer.MAX_VALUE / WORD;

  /** What it does. */
  enum Mode {
    /** Nothing; there is no buffer yet. */
    DISABLED,
    /** There is a buffer. */
    INIT,
    /** A task's places are written to the buffer. */
    TRACE
  }

  private final Kernel kernel;
  private final Refcount references;
  private Mode mode = Mode.DISABLED; // guarded by this
  private @Nullable WholeBuffer area; // guarded by this
  private int task; // guarded by this; 0 for none

  Kcov(Kernel kernel) {
    this.kernel = kernel;
    this.references = new Refcount(kernel, "references to a kcov", 1);
  }

  /**
   * Makes the buffer (KCOV_INIT_TRACE).
   *
   * @param words its length in words of 8 bytes
   * @throws ErrnoException EBUSY if there is one, EINVAL for less than 2 words or 2 GiB, ENOMEM
   */
  synchronized void init(long words) throws ErrnoException {
    if (mode != Mode.DISABLED) {
      throw Errno.EBUSY.failure();
    }
    if (words < 2 || words > MOST_WORDS) {
      throw Errno.EINVAL.failure();
    }
    area = new WholeBuffer(kernel.memory(), words * WORD);
    mode = Mode.INIT;
  }

  /**
   * It is enabled for a task (KCOV_ENABLE).
   *
   * @param of the task
   * @param busy whether another one is enabled for that task
   * @throws ErrnoException EINVAL without a buffer or if it is enabled, EBUSY if another one is
   */
  synchronized void enable(int of, boolean busy) throws ErrnoException {
    if (mode != Mode.INIT || area == null) {
      throw Errno.EINVAL.failure();
    }
    if (busy) {
      throw Errno.EBUSY.failure();
    }
    mode = Mode.TRACE;
    task = of;
    references.increment();
  }

  /** It is enabled no more (KCOV_DISABLE, or the task's end). */
  void disable() {
    synchronized (this) {
      mode = Mode.INIT;
      task = 0;
    }
    put();
  }

  /** The task that it is enabled for; 0 for none. */
  synchronized int task() {
    return task;
  }

  /** The task passes a place; without room in the buffer that is not written. */
  synchronized void trace(long place) {
    WholeBuffer buffer = area;
    if (buffer == null || mode != Mode.TRACE) {
      return;
    }
    long position = buffer.loadWord(0) + 1;
    if (position >= 0 && position < buffer.bytes() / WORD) {
      buffer.storeWord(position * WORD, place);
      buffer.storeWord(0, position);
    }
  }

  /**
   * The buffer, for a mapping of all of it. A length that is not of whole pages can never be
   * mapped.
   *
   * @throws ErrnoException EINVAL without a buffer, for an offset, or for another length
   */
  synchronized WholeBuffer areaFor(HookedArea mapping) throws ErrnoException {
    if (area == null || mapping.pgoff() != 0) {
      throw Errno.EINVAL.failure();
    }
    area.checkLength(mapping);
    return area;
  }

  /** The buffer, or null. */
  public synchronized @Nullable WholeBuffer area() {
    return area;
  }

  /** The file, or the task, does without it from now on. */
  void put() {
    if (references.decrementAndTest()) {
      synchronized (this) {
        if (area != null) {
          area.free();
        }
      }
    }
  }

  /**
   * Checks that it is counted rightly, and that the buffer lives until the last reference goes.
   *
   * @param open whether its file is open
   */
  synchronized void verify(boolean open) {
    long expected = (open ? 1L : 0L) + (task != 0 ? 1L : 0L);
    Invariant.equal("references to a kcov", references.value(), expected);
    Invariant.holds(
        area == null || area.isFreed() == (expected == 0), "a buffer lives too long or too short");
  }
}
