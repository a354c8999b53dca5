// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * A few free frames at hand for one user of memory, so that several users do not wait for each
 * other for each page (the kernel's page lists per processor). Taken from memory as one stretch;
 * when memory runs out elsewhere they are taken back.
 *
 * <p>Thread-safe, but quick only for the one who uses it.
 */
public final class FrameMagazine implements FrameSource, AutoCloseable {
  /**
   * Frames taken at a time, if memory has as many together: as many as share a cache line in what
   * is kept of each frame in a byte, so that two users do not write to one line in turns.
   */
  static final long SIZE = 64;

  private final PhysicalMemory memory;
  private long next;
  private long end;

  FrameMagazine(PhysicalMemory memory) {
    this.memory = memory;
  }

  @Override
  public KernelPage allocatePage(KernelPage.Kind kind) throws ErrnoException {
    return memory.register(take(), kind);
  }

  @Override
  public KernelPage allocateCopy(KernelPage source) throws ErrnoException {
    return memory.registerCopy(take(), source);
  }

  private long take() throws ErrnoException {
    synchronized (this) {
      if (next < end) {
        return next++;
      }
    }
    return memory.takeAndRefill(this, SIZE); // without the monitor, which comes second
  }

  /** Puts frames in, unless some are in; what is left, then, or null. */
  synchronized @Nullable PfnRange fill(long from, long to) {
    if (next < end) {
      return new PfnRange(from, to);
    }
    next = from;
    end = to;
    return null;
  }

  /** What is left in it, which is the caller's now; null if nothing is. */
  synchronized @Nullable PfnRange empty() {
    if (next == end) {
      return null;
    }
    PfnRange rest = new PfnRange(next, end);
    next = end;
    return rest;
  }

  /** Gives back what is left; it may still be used. */
  @Override
  public void close() {
    memory.remove(this);
  }
}
