// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * A System V shared-memory segment. Each attachment has an open file of its own, so attachments
 * never merge with each other; and a close callback, so pieces of one that were cut apart stay
 * apart where merging would delete one. What is mapped through them is the segment's own file.
 *
 * <p>Counted (shm_nattch) is every VMA that has it attached, and every shmat on its way. A removed
 * segment ends when the count is 0, once. Thread-safe.
 */
public final class SharedSegment {
  private final int id;
  private final int key;
  private final long size;
  private final OpenFile file;
  private volatile boolean removed;
  private volatile Runnable whenDestroyed = () -> {};
  private int attachments; // guarded by this
  private boolean destroyed; // guarded by this

  /**
   * A segment without attachments. The inode number that maps shows is the id.
   *
   * @param key the key it was made with; its 32 bits are part of the name in maps
   * @param size bytes, as asked for
   * @param file what its attachments show, named {@link #nameOf} the key: of tmpfs, or of hugetlbfs
   *     with its pages reserved already; the reference to it becomes the segment's
   */
  public SharedSegment(int id, int key, long size, OpenFile file) {
    this.id = id;
    this.key = key;
    this.size = size;
    this.file = file;
    file.inode().identify(0, 1, id);
  }

  /** The name of a segment's file, as maps shows it before " (deleted)". */
  public static String nameOf(int key) {
    return String.format("/SYSV%08x", key);
  }

  /** shmid. */
  public int id() {
    return id;
  }

  /** The key it was made with; 0 (IPC_PRIVATE) if it has none. */
  public int key() {
    return key;
  }

  /** Size in bytes, as asked for. */
  public long size() {
    return size;
  }

  /** The file behind all attachments; its device and inode numbers are what maps shows. */
  public Inode inode() {
    return file.inode();
  }

  /** That file, open. */
  OpenFile file() {
    return file;
  }

  /** Number of VMAs that have it attached, and of shmat calls on their way (shm_nattch). */
  public synchronized int attachments() {
    return attachments;
  }

  /**
   * One attachment more: mmap's, or that of a shmat on its way.
   *
   * @throws ErrnoException EINVAL if the segment is no more. Linux looks for its id: what it finds
   *     then is nothing, or a segment that the id was given to since, whose file is another
   */
  synchronized void attach() throws ErrnoException {
    if (destroyed) {
      throw Errno.EINVAL.failure();
    }
    attachments++;
  }

  /** A VMA was duplicated, whose own attachment keeps the segment. */
  synchronized void copied() {
    attachments++;
  }

  /** One less; a removed segment ends with the last one. */
  void detach() {
    synchronized (this) {
      attachments--;
    }
    endIfUnused();
  }

  /** IPC_RMID: the segment ends with its last attachment. */
  public void remove() {
    removed = true;
    endIfUnused();
  }

  /** Whether {@link #remove} was called: its key finds it no more. */
  public boolean isRemoved() {
    return removed;
  }

  /** What is to be done when the segment ends. */
  void whenDestroyed(Runnable action) {
    whenDestroyed = action;
  }

  private void endIfUnused() {
    synchronized (this) {
      if (destroyed || !removed || attachments > 0) {
        return;
      }
      destroyed = true;
    }
    whenDestroyed.run();
    file.put();
  }

  /** How often slots for ids had been used up when it was made (shm_perm.seq). */
  public int sequence() {
    return SegmentIds.sequenceOf(id);
  }

  /** Whether the segment is no more: removed, and attached nowhere. */
  public synchronized boolean isDestroyed() {
    return destroyed;
  }

  /** The segment that {@code file} is an attachment of, or null if it is none. */
  public static @Nullable SharedSegment of(OpenFile file) {
    return file.operations() instanceof SegmentAttachment attachment ? attachment.segment() : null;
  }

  /** A new open file for one attachment, as shmat makes it. */
  public OpenFile open(boolean readOnly) {
    int mode = readOnly ? OpenFile.O_RDONLY : OpenFile.O_RDWR;
    return new OpenFile(inode(), file.entry(), mode, new SegmentAttachment(this));
  }

  /** Whether {@code vma} is (part of) an attachment of some segment. */
  static boolean isAttached(Vma vma) {
    return vma.ops() instanceof SegmentAttachment;
  }
}
