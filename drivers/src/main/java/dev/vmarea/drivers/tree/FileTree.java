// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.tree;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of a file system and the files they lead to: open(2) with O_CREAT, O_EXCL and O_TRUNC,
 * link(2), unlink(2), and files without a name. Names are whole paths; folders are not kept, nor
 * are owners and modes: whoever opens a file may.
 *
 * <p>Thread-safe. No call on an address space is made with its lock held, so that a mapping may
 * release the last reference to a file from inside one.
 *
 * @param <F> the file system's files
 */
public final class FileTree<F extends TreeFile> {
  /** open(2): a file is made where there is none. */
  public static final int O_CREAT = 0100;

  /** open(2), with {@link #O_CREAT}: only if there was none. */
  public static final int O_EXCL = 0200;

  /** open(2): the file is cut to nothing, if it is opened for writing. */
  public static final int O_TRUNC = 01000;

  /**
   * Makes files of a file system.
   *
   * @param <F> what kind of
   */
  @FunctionalInterface
  public interface Creation<F> {
    /**
     * A new empty file with one link to come.
     *
     * @throws ErrnoException ENOSPC or ENOMEM if there is no place for it
     */
    F create() throws ErrnoException;
  }

  private record Name<F>(DirectoryEntry entry, F file) {}

  private final Map<String, Name<F>> names = new HashMap<>();
  private final Set<F> files = new LinkedHashSet<>();
  private final @Nullable Creation<F> creation;
  private long lastNumber;
  private boolean unmounted;

  private FileTree(@Nullable Creation<F> creation) {
    this.creation = creation;
  }

  /** An empty tree whose new files are made by {@code creation}. */
  public static <F extends TreeFile> FileTree<F> writable(Creation<F> creation) {
    return new FileTree<>(creation);
  }

  /** One whose files are {@link #add added} and never change: it says EROFS to those who try. */
  public static <F extends TreeFile> FileTree<F> readOnly() {
    return new FileTree<>(null);
  }

  /** Puts a file of the file system's own making under a name that does not exist. */
  public synchronized void add(String path, F file) {
    file.inode().links(1);
    adopt(file);
    names.put(path, new Name<>(new DirectoryEntry(path), file));
  }

  private void adopt(F file) {
    lastNumber++;
    file.inode().identify(file.inode().deviceMajor(), file.inode().deviceMinor(), lastNumber);
    files.add(file);
  }

  /**
   * open(2).
   *
   * @param flags O_ flags: access mode, {@link #O_CREAT}, {@link #O_EXCL}, {@link #O_TRUNC}
   * @throws ErrnoException ENOENT without such a file; EEXIST if it was to be made and exists;
   *     EROFS for writing, where nobody can; what its creation says
   */
  public OpenFile open(String path, int flags) throws ErrnoException {
    OpenFile open = openName(path, flags);
    if ((flags & O_TRUNC) != 0 && open.isWritable()) {
      truncate(open);
    }
    return open;
  }

  /** As the file system cuts it, which may have more to do than the page cache. */
  private static void truncate(OpenFile open) throws ErrnoException {
    boolean done = false;
    try {
      open.truncate(0);
      done = true;
    } finally {
      if (!done) {
        open.put();
      }
    }
  }

  private synchronized OpenFile openName(String path, int flags) throws ErrnoException {
    Name<F> name = names.get(path);
    boolean creates = (flags & O_CREAT) != 0;
    if (name != null && creates && (flags & O_EXCL) != 0) {
      throw Errno.EEXIST.failure();
    }
    if (name == null && !creates || unmounted) {
      throw Errno.ENOENT.failure();
    }
    if (creation == null && (name == null || (flags & OpenFile.O_ACCMODE) != OpenFile.O_RDONLY)) {
      throw Errno.EROFS.failure();
    }
    if (name == null && creation != null) {
      add(path, creation.create());
    }
    Name<F> found = name == null ? named(path) : name;
    return open(found.file(), found.entry(), flags);
  }

  private OpenFile open(F file, DirectoryEntry entry, int flags) {
    file.opened();
    OpenFile open = new OpenFile(file.inode(), entry, flags, file.operations());
    open.whenReleased(() -> released(file));
    return open;
  }

  private synchronized void released(F file) {
    file.released();
    evictIfUnused(file);
  }

  private void evictIfUnused(F file) {
    if (file.opens() == 0 && (file.inode().links() == 0 || unmounted)) {
      files.remove(file);
      file.evictOnce();
    }
  }

  /**
   * Opens a new file that has no name, for reading and writing: memfds and the like.
   *
   * @param shown what maps shows, followed by "(deleted)"
   */
  public synchronized OpenFile openUnnamed(F file, String shown) {
    file.inode().links(0);
    adopt(file);
    return open(file, new DirectoryEntry(shown, true), OpenFile.O_RDWR);
  }

  /**
   * link(2): another name for a file.
   *
   * @throws ErrnoException ENOENT without the file, EEXIST if the new name exists, EROFS
   */
  public synchronized void link(String path, String another) throws ErrnoException {
    Name<F> name = named(path);
    if (names.containsKey(another)) {
      throw Errno.EEXIST.failure();
    }
    checkWritable();
    names.put(another, new Name<>(new DirectoryEntry(another), name.file()));
    name.file().inode().links(name.file().inode().links() + 1);
  }

  /**
   * unlink(2): the name goes; the file too, unless another name or an open file leads to it.
   *
   * @throws ErrnoException ENOENT without such a name, EROFS
   */
  public synchronized void unlink(String path) throws ErrnoException {
    Name<F> name = named(path);
    checkWritable();
    names.remove(path);
    name.entry().deleted(true);
    Inode inode = name.file().inode();
    inode.links(inode.links() - 1);
    evictIfUnused(name.file());
  }

  private Name<F> named(String path) throws ErrnoException {
    Name<F> name = names.get(path);
    if (name == null) {
      throw Errno.ENOENT.failure();
    }
    return name;
  }

  private void checkWritable() throws ErrnoException {
    if (creation == null) {
      throw Errno.EROFS.failure();
    }
  }

  /**
   * The file that a name leads to.
   *
   * @throws ErrnoException ENOENT without such a name
   */
  public synchronized F find(String path) throws ErrnoException {
    return named(path).file();
  }

  /** All files that exist, also those without a name; a copy. */
  public synchronized List<F> files() {
    return List.copyOf(files);
  }

  /** Open files now, those that only mappings hold included. */
  public synchronized long openFiles() {
    return files.stream().mapToLong(TreeFile::opens).sum();
  }

  /** The file system is unmounted: all names go, and files as soon as nobody has them open. */
  public synchronized void close() {
    unmounted = true;
    names.clear();
    List.copyOf(files).forEach(this::evictIfUnused);
  }

  /**
   * Checks that link counts are the numbers of names, and that files exist exactly as long as
   * something leads to them, mappings last of all.
   *
   * @throws IllegalStateException naming what does not hold
   */
  public synchronized void verify() {
    Map<F, Long> counts = new HashMap<>();
    names.forEach((path, name) -> counts.merge(name.file(), 1L, Long::sum));
    for (F file : files) {
      if (!unmounted) {
        Invariant.equal("links to a file", file.inode().links(), counts.getOrDefault(file, 0L));
      }
      Invariant.holds(!file.isEvicted(), "a file that exists was evicted");
      Invariant.holds(
          file.opens() > 0 || !unmounted && file.inode().links() > 0, "a file nothing leads to");
      long mapped = Invariant.vmas(file.inode(), vma -> true);
      Invariant.holds(mapped == 0 || file.opens() > 0, "a file is mapped and has no open file");
    }
  }
}
