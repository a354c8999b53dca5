// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.PageCacheOperations;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * A file of the volume ({@code struct ntfs_inode}). Its lock is the inode's: the hook only tries
 * it, because the order elsewhere is this lock first and the address space's second. Where a call
 * would wait for it, the model says EAGAIN. Thread-safe.
 */
public final class NtfsFile extends TreeFile implements PageCacheOperations {
  private static final FileSystem NTFS3 = new FileSystem("ntfs3", false, false);

  private final Ntfs3 volume;
  private final Runs runs;
  private final Semaphore lock = new Semaphore(1);
  private final Set<Attribute> attributes = EnumSet.noneOf(Attribute.class);
  private final FileOperations operations;
  private volatile long valid;
  private volatile boolean lockedByWriter;

  NtfsFile(Ntfs3 volume) {
    super(new Inode(Inode.Type.REGULAR, NTFS3));
    this.volume = volume;
    this.runs = new Runs(volume.clusters());
    this.operations =
        volume.variant().isLegacy() ? new NtfsMapping.Legacy(this) : new NtfsMapping.Port(this);
    inode().pageCache().operations(this);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  /** Bytes that were written, from its beginning on ({@code i_valid}). */
  public long valid() {
    return valid;
  }

  /** Whether every byte of [from, to) has a cluster. */
  public boolean isAllocated(long from, long to) {
    return runs.covers(from, to);
  }

  Ntfs3 volume() {
    return volume;
  }

  Collection<Integer> clusters() {
    return runs.all();
  }

  synchronized boolean is(Attribute attribute) {
    return attributes.contains(attribute);
  }

  synchronized void set(Attribute attribute) {
    attributes.add(attribute);
  }

  /** A writer takes its lock and is not done yet; whether it could. */
  boolean lockByWriter() {
    if (!lock.tryAcquire()) {
      return false; // a second writer, or a mapping under way
    }
    lockedByWriter = true;
    return true;
  }

  /** That writer is done. */
  void unlockByWriter() {
    if (lockedByWriter) {
      lockedByWriter = false;
      lock.release();
    }
  }

  private interface Change {
    void make() throws ErrnoException;
  }

  private void locked(Change change) throws ErrnoException {
    if (!lock.tryAcquire()) {
      throw Errno.EAGAIN.failure();
    }
    try {
      change.make();
    } finally {
      lock.release();
    }
  }

  /** What is valid of the file's bytes from disk, for a page that comes into the cache. */
  @Override
  public void read(long index, KernelPage page) {
    byte[] bytes = new byte[(int) Pages.SIZE];
    long offset = Pages.bytes(index);
    runs.read(offset, bytes);
    int good = (int) Math.clamp(valid - offset, 0, Pages.SIZE);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, page.contents(), 0, good);
  }

  /**
   * Fills the holes of [from, to), bytes, before they are mapped writable.
   *
   * @throws ErrnoException ENOSPC when the volume is full
   */
  void fillHoles(long from, long to) throws ErrnoException {
    runs.allocate(from, to, true);
  }

  /**
   * Makes the first {@code to} bytes valid, the new ones being zeroes.
   *
   * @throws ErrnoException EAGAIN if somebody has the lock, nothing has changed then; ENOMEM
   */
  void extendValid(long to) throws ErrnoException {
    if (valid < to) {
      locked(() -> zeroTo(to));
    }
  }

  private void zeroTo(long to) throws ErrnoException {
    PhysicalMemory memory = volume.memory();
    while (valid < to) {
      long from = valid;
      long piece = Math.min(to - from, Pages.SIZE - (from & Pages.OFFSET_MASK));
      inode().store(memory, from, new byte[(int) piece]);
      valid = from + piece;
    }
  }

  /**
   * write(2).
   *
   * @throws ErrnoException EAGAIN if somebody has the lock, ENOSPC, ENOMEM
   */
  void write(long offset, byte[] bytes) throws ErrnoException {
    locked(() -> {
      long end = offset + bytes.length;
      runs.allocate(is(Attribute.SPARSE) ? offset : Math.min(offset, inode().size()), end, false);
      inode().size(Math.max(inode().size(), end));
      zeroTo(offset);
      inode().store(volume.memory(), offset, bytes);
      valid = Math.max(valid, end);
    });
  }

  /**
   * ftruncate(2). A file that grows gets its clusters at once, unless it is sparse; what they hold
   * is not valid.
   *
   * @throws ErrnoException EAGAIN if somebody has the lock, ENOSPC
   */
  void truncate(long bytes) throws ErrnoException {
    locked(() -> {
      if (bytes > inode().size() && !is(Attribute.SPARSE)) {
        runs.allocate(inode().size(), bytes, false);
      }
      runs.truncate(bytes);
      valid = Math.min(valid, bytes);
      inode().truncate(bytes);
    });
  }

  /**
   * Writes all pages in memory to disk and forgets them; what lies in holes or is not valid is
   * lost. Who still maps a page keeps it.
   *
   * @throws ErrnoException EAGAIN if somebody has the lock
   */
  void writeBack() throws ErrnoException {
    locked(() -> {
      for (var page : inode().pageCache().frames().entrySet()) {
        long offset = Pages.bytes(page.getKey());
        byte[] bytes = new byte[(int) Math.clamp(valid - offset, 0, Pages.SIZE)];
        MemorySegment contents = new KernelPage(volume.memory(), page.getValue()).contents();
        MemorySegment.copy(contents, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
        runs.write(offset, bytes);
      }
      inode().pageCache().drop(0, -1);
    });
  }

  @Override
  protected void evict() {
    super.evict();
    runs.truncate(0);
  }

  /** Checks that nobody was left with its lock, and that no more is valid than there is. */
  void verify() {
    Invariant.holds(lockedByWriter || lock.availablePermits() == 1, "an inode lock is still held");
    Invariant.holds(valid <= inode().size(), "more is valid than the file has");
  }
}
