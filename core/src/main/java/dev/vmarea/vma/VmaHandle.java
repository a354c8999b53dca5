// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a VMA across its immutable versions: what the address of {@code vm_area_struct} is in
 * Linux. Which side of a split or merge keeps it is part of the rules (mm-semantics 4.2 to 4.4).
 *
 * <p>Also the VMA's lock, which lets faults run beside each other and beside changes elsewhere
 * (decision D2). A fault holds it for reading while it makes an entry, and never waits: where it
 * cannot have it, it goes the slow way, under the address space's lock. A writer, who holds the
 * address space's lock, locks every VMA that it changes or whose entries it changes, and waits for
 * the faults that are under way there. All write locks end together, with the address space's: they
 * name the writer's section by its number, and a later section has another one.
 */
public sealed class VmaHandle permits FileVmaHandle {
  private static final VarHandle CURRENT;
  private static final VarHandle READERS;
  private static final int SPINS = 200;
  private static final long WAIT_NANOS = 20_000;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CURRENT = lookup.findVarHandle(VmaHandle.class, "current", Vma.class);
      READERS = lookup.findVarHandle(VmaHandle.class, "readers", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // through CURRENT
  private @Nullable Vma current;

  /** Faults that hold the lock. */
  @SuppressWarnings("UnusedVariable") // through READERS
  private volatile int readers;

  /** The last section of a writer that locked this VMA. */
  private volatile long writtenIn = -1;

  VmaHandle() {}

  /** A new identity for a VMA of {@code file}, or of memory without one. */
  public static VmaHandle of(@Nullable OpenFile file) {
    return file == null ? new VmaHandle() : new FileVmaHandle(file.inode().reverseMap());
  }

  /** The published version, or null once the VMA has been removed. Safe from any thread. */
  public @Nullable Vma current() {
    return (Vma) CURRENT.getAcquire(this);
  }

  /**
   * Records the version just published, or null on removal. Only for the address space's writer.
   */
  public void publish(@Nullable Vma version) {
    CURRENT.setRelease(this, version);
  }

  /**
   * Locks for reading, without waiting. Whoever has the lock then makes sure that {@link #current}
   * is still the version it wants.
   *
   * @param section number of the writers' section, read before
   * @return false if a writer has locked it in that section or a later one
   */
  public boolean tryReadLock(long section) {
    if (writtenIn >= section) {
      return false;
    }
    READERS.getAndAdd(this, 1);
    if (writtenIn >= section) {
      readUnlock();
      return false;
    }
    return true;
  }

  /** Ends what {@link #tryReadLock} began. */
  public void readUnlock() {
    READERS.getAndAdd(this, -1);
  }

  /**
   * Locks for writing until the section ends, and waits for those who read. Only for the address
   * space's writer.
   */
  public void writeLock(long section) {
    if (writtenIn == section) {
      return;
    }
    writtenIn = section;
    for (int spins = 0; readers != 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(WAIT_NANOS);
      }
    }
  }
}
