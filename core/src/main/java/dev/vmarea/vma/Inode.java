// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Defects;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * A file, however many names and open files it has. Mutable where the file is; guarded by the lock
 * of whoever changes the file system, read by mapping calls.
 */
public final class Inode {
  /** What kind of file; decides size limits and whether it can be mapped. */
  public enum Type {
    REGULAR,
    DIRECTORY,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO,
    SOCKET,
    /** An anonymous inode: eventfd, epoll, perf and the like. */
    OTHER
  }

  /** Size not known (a log does not tell it). */
  public static final long UNKNOWN_SIZE = -1;

  private final Type type;
  private final FileSystem fileSystem;
  private final ReverseMap reverseMap = new ReverseMap();
  private final PageCache pageCache = new PageCache();
  private int deviceMajor;
  private int deviceMinor;
  private long number;
  private long size = UNKNOWN_SIZE;
  private int seals;
  private volatile int links = 1;
  private boolean appendOnly;
  private boolean swapFile;
  private boolean hidesResidency;
  private volatile boolean dax;
  private @Nullable Object privateData;
  private volatile @Nullable OwnPages ownPages;

  /** A file on {@code fileSystem} whose device and inode numbers are still 0. */
  public Inode(Type type, FileSystem fileSystem) {
    this.type = type;
    this.fileSystem = fileSystem;
  }

  /** What kind of file. */
  public Type type() {
    return type;
  }

  /** Where the file lives. */
  public FileSystem fileSystem() {
    return fileSystem;
  }

  /** Its pages in memory. */
  public PageCache pageCache() {
    return pageCache;
  }

  /** Its pages where the file system keeps them by itself, or null: they are in the cache. */
  public @Nullable OwnPages ownPages() {
    return ownPages;
  }

  /** Sets who keeps its pages. */
  public void ownPages(OwnPages pages) {
    ownPages = pages;
  }

  /**
   * Makes the file {@code bytes} long (ftruncate). What lies behind the end is gone from memory and
   * from all mappings, private copies included; the rest of the last page is zero.
   */
  public void truncate(long bytes) {
    OwnPages own = ownPages;
    if (own != null) {
      own.truncate(bytes);
      return;
    }
    size = bytes;
    long pages = Pages.count(Pages.ceil(bytes));
    Defects defects = new Defects();
    defects.keep(() -> reverseMap.unmapPages(pages, -1, true));
    pageCache.drop(pages, -1);
    pageCache.clearFrom(bytes);
    if (!Pages.isAligned(bytes)) {
      defects.keep(() -> reverseMap.pageCleared(pages - 1));
    }
    defects.rethrow();
  }

  /**
   * Stores bytes at {@code offset} (bytes, not negative), as write(2) does: every mapping of the
   * file shows them, private copies excepted. The file grows if they end behind its end.
   *
   * @param memory where pages of the file come from
   * @throws ErrnoException ENOMEM without a frame; what was stored before stays
   */
  public void store(PhysicalMemory memory, long offset, byte[] bytes) throws ErrnoException {
    store(memory, offset, bytes, 0, bytes.length);
  }

  /** The same with {@code length} bytes of the array, from {@code from} on. */
  public void store(PhysicalMemory memory, long offset, byte[] bytes, int from, int length)
      throws ErrnoException {
    pageCache.store(memory, offset, bytes, from, length);
    if (length > 0) {
      size = Math.max(size, offset + length);
    }
  }

  /**
   * Punches a hole of whole pages, [first, end): their contents are zero when they are read again.
   * Private copies stay.
   */
  public void punchHole(long firstPage, long endPage) {
    OwnPages own = ownPages;
    if (own != null) {
      own.punchHole(firstPage, endPage);
      return;
    }
    Defects defects = new Defects();
    defects.keep(() -> reverseMap.unmapPages(firstPage, endPage, false));
    pageCache.drop(firstPage, endPage);
    // What was faulted in meanwhile.
    defects.keep(() -> reverseMap.unmapPages(firstPage, endPage, false));
    defects.rethrow();
  }

  /** The VMAs that map it. */
  public ReverseMap reverseMap() {
    return reverseMap;
  }

  /** Major number of the device, as maps shows it. */
  public int deviceMajor() {
    return deviceMajor;
  }

  /** Minor number of the device, as maps shows it. */
  public int deviceMinor() {
    return deviceMinor;
  }

  /** Inode number, as maps shows it (unsigned). */
  public long number() {
    return number;
  }

  /** Sets the numbers that maps shows. */
  public void identify(int major, int minor, long inodeNumber) {
    deviceMajor = major;
    deviceMinor = minor;
    number = inodeNumber;
  }

  /** Size in bytes, or {@link #UNKNOWN_SIZE}. */
  public long size() {
    return size;
  }

  /** Sets the size in bytes. */
  public void size(long bytes) {
    size = bytes;
  }

  /** Names that lead to it ({@code i_nlink}); 1 unless told. */
  public int links() {
    return links;
  }

  /** Sets the number of names that lead to it. */
  public void links(int count) {
    links = count;
  }

  /** F_SEAL_ bits of a memfd. */
  public int seals() {
    return seals;
  }

  /** Replaces the F_SEAL_ bits. */
  public void seals(int bits) {
    seals = bits;
  }

  /** Whether the inode carries the append-only attribute (not O_APPEND). */
  public boolean isAppendOnly() {
    return appendOnly;
  }

  /** Sets the append-only attribute. */
  public void appendOnly(boolean value) {
    appendOnly = value;
  }

  /**
   * Whether the programs of this machine, but for CAP_FOWNER, neither own the file nor may write to
   * it: mincore does not tell them which of its pages are in memory.
   */
  public boolean hidesResidency() {
    return hidesResidency;
  }

  /** Sets {@link #hidesResidency}, false at first. */
  public void hidesResidency(boolean value) {
    hidesResidency = value;
  }

  /**
   * Whether mappings show the memory that the file lies in itself, without a page cache (S_DAX):
   * persistent memory and its like.
   */
  public boolean isDax() {
    return dax;
  }

  /** Sets {@link #isDax}, false at first. */
  public void dax(boolean value) {
    dax = value;
  }

  /** Whether the file is in use as swap space. */
  public boolean isSwapFile() {
    return swapFile;
  }

  /** Marks the file as swap space. */
  public void swapFile(boolean value) {
    swapFile = value;
  }

  /** What the file's driver keeps, or null. */
  public @Nullable Object privateData() {
    return privateData;
  }

  /** Sets what the file's driver keeps. */
  public void privateData(@Nullable Object data) {
    privateData = data;
  }
}
