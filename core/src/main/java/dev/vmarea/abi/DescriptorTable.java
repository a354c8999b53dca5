// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A process's descriptors ({@code files_struct}): small numbers for open files, the lowest free one
 * first. Each descriptor holds one reference to its file, so a file that nobody maps is released
 * with its last descriptor. Thread-safe.
 */
public final class DescriptorTable {
  /** RLIMIT_NOFILE of most systems. */
  public static final int DEFAULT_LIMIT = 1024;

  private record Descriptor(OpenFile file, boolean closeOnExec) {}

  private final NavigableMap<Integer, Descriptor> open = new TreeMap<>();
  private final int limit;

  /** An empty table of {@link #DEFAULT_LIMIT} descriptors at most. */
  public DescriptorTable() {
    this(DEFAULT_LIMIT);
  }

  /** An empty table; descriptors are below {@code limit}. */
  public DescriptorTable(int limit) {
    this.limit = limit;
  }

  /**
   * Gives {@code file} the lowest free number. The caller's reference becomes the table's.
   *
   * @return the descriptor
   * @throws ErrnoException EMFILE if all are in use; the reference stays the caller's
   */
  public int install(OpenFile file, boolean closeOnExec) throws ErrnoException {
    return installFrom(0, file, closeOnExec);
  }

  private synchronized int installFrom(int lowest, OpenFile file, boolean closeOnExec)
      throws ErrnoException {
    int free = lowest;
    for (int used : open.tailMap(lowest).keySet()) {
      if (used != free) {
        break;
      }
      free++;
    }
    if (free >= limit) {
      throw Errno.EMFILE.failure();
    }
    open.put(free, new Descriptor(file, closeOnExec));
    return free;
  }

  /** The open file, or null if the descriptor is closed. It is good as long as that stays open. */
  public synchronized @Nullable OpenFile get(int fd) {
    Descriptor descriptor = open.get(fd);
    return descriptor == null ? null : descriptor.file;
  }

  /** The same with a reference of the caller's own, to be {@linkplain OpenFile#put put} back. */
  public synchronized @Nullable OpenFile hold(int fd) {
    OpenFile file = get(fd);
    return file == null ? null : file.get();
  }

  /**
   * close(2): gives the table's reference back. What is mapped stays mapped.
   *
   * @throws ErrnoException EBADF if it is closed already
   */
  public void close(int fd) throws ErrnoException {
    Descriptor closed;
    synchronized (this) {
      closed = open.remove(fd);
    }
    if (closed == null) {
      throw Errno.EBADF.failure();
    }
    closed.file.put();
  }

  /**
   * dup(2), and fcntl(F_DUPFD) with a {@code lowest} other than 0.
   *
   * @param lowest the lowest number that will do
   * @return a second descriptor for the same open file
   * @throws ErrnoException EBADF if {@code fd} is closed; EINVAL for a {@code lowest} out of range;
   *     EMFILE if no number is free
   */
  public synchronized int duplicate(int fd, int lowest, boolean closeOnExec) throws ErrnoException {
    Descriptor from = known(fd);
    if (lowest < 0 || lowest >= limit) {
      throw Errno.EINVAL.failure();
    }
    int to = installFrom(lowest, from.file, closeOnExec);
    from.file.get();
    return to;
  }

  /**
   * dup3(2): makes {@code to} refer to the same open file; what it referred to before is closed.
   *
   * @throws ErrnoException EINVAL if both are the same; EBADF if {@code from} is closed or {@code
   *     to} out of range
   */
  public void duplicateTo(int from, int to, boolean closeOnExec) throws ErrnoException {
    Descriptor before;
    synchronized (this) {
      if (from == to) {
        throw Errno.EINVAL.failure();
      }
      if (to < 0 || to >= limit) {
        throw Errno.EBADF.failure();
      }
      OpenFile file = known(from).file;
      before = open.put(to, new Descriptor(file.get(), closeOnExec));
    }
    if (before != null) {
      before.file.put();
    }
  }

  private Descriptor known(int fd) throws ErrnoException {
    Descriptor descriptor = open.get(fd);
    if (descriptor == null) {
      throw Errno.EBADF.failure();
    }
    return descriptor;
  }

  /** A table of its own for a forked child, with the same open files. */
  public synchronized DescriptorTable copy() {
    DescriptorTable copy = new DescriptorTable(limit);
    for (Map.Entry<Integer, Descriptor> entry : open.entrySet()) {
      entry.getValue().file.get();
      copy.open.put(entry.getKey(), entry.getValue());
    }
    return copy;
  }

  /** What execve does: closes descriptors that were opened so. */
  public void closeOnExec() {
    close(true);
  }

  /** What exit does: closes all. */
  public void closeAll() {
    close(false);
  }

  private void close(boolean onlyMarked) {
    Map<Integer, Descriptor> all;
    synchronized (this) {
      all = new TreeMap<>(open);
      if (onlyMarked) {
        all.values().removeIf(descriptor -> !descriptor.closeOnExec);
      }
      open.keySet().removeAll(all.keySet());
    }
    all.values().forEach(descriptor -> descriptor.file.put());
  }
}
