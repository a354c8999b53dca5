// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A System V shared-memory segment. Each attachment has an open file of its own, so attachments
 * never merge with each other; and a close callback, so pieces of one that were cut apart stay
 * apart where merging would delete one.
 */
public final class SharedSegment {
  private static final FileSystem FILE_SYSTEM = new FileSystem("tmpfs", false, false);

  private final int id;
  private final int key;
  private final long size;
  private final Inode inode;
  private final DirectoryEntry entry;
  private final AtomicInteger attachments = new AtomicInteger();
  private volatile boolean removed;
  private volatile Runnable whenDestroyed = () -> {};
  private boolean destroyed;

  /**
   * A segment without attachments. The inode number that maps shows is the id.
   *
   * @param key the key it was made with; its 32 bits are part of the name in maps
   * @param size bytes
   */
  public SharedSegment(int id, int key, long size) {
    this.id = id;
    this.key = key;
    this.size = size;
    this.inode = new Inode(Inode.Type.REGULAR, FILE_SYSTEM);
    this.inode.size(size);
    this.inode.identify(0, 1, id);
    this.entry = new DirectoryEntry(String.format("/SYSV%08x", key), true);
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
    return inode;
  }

  /** Number of VMAs that hold it attached (shm_nattch). */
  public int attachments() {
    return attachments.get();
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
      if (destroyed || !isDestroyed()) {
        return;
      }
      destroyed = true;
    }
    inode.pageCache().drop(0, -1); // nobody can attach it again
    whenDestroyed.run();
  }

  /** How often slots for ids had been used up when it was made (shm_perm.seq). */
  public int sequence() {
    return SegmentIds.sequenceOf(id);
  }

  /** Whether the segment is no more: removed, and attached nowhere. */
  public boolean isDestroyed() {
    return removed && attachments.get() <= 0;
  }

  /** The segment that {@code file} is an attachment of, or null if it is none. */
  public static @Nullable SharedSegment of(OpenFile file) {
    return file.operations() instanceof Attachment attachment ? attachment.segment : null;
  }

  /** A new open file for one attachment, as shmat makes it. */
  public OpenFile open(boolean readOnly) {
    int mode = readOnly ? OpenFile.O_RDONLY : OpenFile.O_RDWR;
    return new OpenFile(inode, entry, mode, new Attachment(this));
  }

  /** Whether {@code vma} is (part of) an attachment of some segment. */
  static boolean isAttached(Vma vma) {
    return vma.ops() instanceof Attachment;
  }

  /** Hooks of one attachment. */
  private record Attachment(SharedSegment segment) implements LegacyMmap, VmOperations {
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) {
      segment.attachments.incrementAndGet();
      vma.vmOps(this);
    }

    /** Linux stands between these areas and tmpfs with callbacks of its own, without map_pages. */
    @Override
    public boolean mapsAround() {
      return false;
    }

    @Override
    public VmOperations callbacksOfFound(long vmFlags) {
      return this;
    }

    /** Has a method of its own in Linux, which mremap does not know: never moved with others. */
    @Override
    public Placement placement() {
      return Placement.OWN;
    }

    @Override
    public boolean hasClose() {
      return true;
    }

    @Override
    public void open(Vma vma) {
      segment.attachments.incrementAndGet();
    }

    @Override
    public void close(Vma vma) {
      segment.attachments.decrementAndGet();
      segment.endIfUnused();
    }
  }
}
