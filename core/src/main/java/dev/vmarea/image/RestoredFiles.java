// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.mapping.AsyncIoOperation;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The files of an image on their machine: opened by a resolver or made again. Holds a reference to
 * each until {@link #release}.
 */
final class RestoredFiles {
  private final SectionInput in;
  private final ImageTarget target;
  private final ImageResolver resolver;
  private final Mm mm;
  private final List<SavedName> names = new ArrayList<>();
  private final List<@Nullable DirectoryEntry> entries = new ArrayList<>();
  private final List<SavedInode> inodes = new ArrayList<>();
  private final List<SavedOpen> opens = new ArrayList<>();
  private final Set<Inode> found = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<SharedSegment> newSegments = new ArrayList<>();
  private final Set<SharedSegment> removedSegments = new LinkedHashSet<>();

  RestoredFiles(SectionInput in, ImageTarget target, ImageResolver resolver, Mm mm) {
    this.in = in;
    this.target = target;
    this.resolver = resolver;
    this.mm = mm;
  }

  private record SavedName(String path, boolean deleted) {}

  /** A file, and what became of it. */
  private static final class SavedInode {
    final Inode.Type type;
    final FileSystem fileSystem;
    int major;
    int minor;
    long number;
    long size;
    int seals;
    boolean appendOnly;
    boolean swapFile;

    /** The file on this machine, once it is known. */
    @Nullable Inode made;

    /** Whether it was there before, with its own size and pages. */
    boolean found;

    /** Open files of it that are still open; the pages of one that was made go with the last. */
    final AtomicInteger open = new AtomicInteger();

    SavedInode(Inode.Type type, FileSystem fileSystem) {
      this.type = type;
      this.fileSystem = fileSystem;
    }

    /** Gives a file that was made for it its attributes. */
    Inode become(Inode fresh) {
      fresh.identify(major, minor, number);
      fresh.size(size);
      fresh.seals(seals);
      fresh.appendOnly(appendOnly);
      fresh.swapFile(swapFile);
      made = fresh;
      return fresh;
    }
  }

  /** An open file, and what became of it. */
  private static final class SavedOpen {
    final int inode;
    final int entry;
    final int flags;
    final String kind;
    @Nullable SavedSegment segment;
    @Nullable OpenFile made;

    SavedOpen(int inode, int entry, int flags, String kind) {
      this.inode = inode;
      this.entry = entry;
      this.flags = flags;
      this.kind = kind;
    }
  }

  private record SavedSegment(int id, int key, long size, boolean removed) {}

  /** Reads names, files, open files and pages of files, and makes what there is to make. */
  void read() throws IOException, ErrnoException {
    while (in.next(Section.DENT)) {
      names.add(new SavedName(in.text(), in.bool()));
      entries.add(null);
    }
    while (in.next(Section.INOD)) {
      inodes.add(inode());
    }
    while (in.next(Section.FILE)) {
      SavedOpen open = open();
      opens.add(open);
      resolve(opens.size() - 1, open);
    }
    for (SavedOpen open : opens) {
      if (open.made == null) {
        open.made = make(open);
      }
    }
    for (SavedInode each : inodes) {
      if (each.made == null) {
        throw in.problem("a file that nobody has open");
      }
    }
    while (in.next(Section.CPAG)) {
      cachedPage();
    }
  }

  private SavedInode inode() throws IOException {
    SavedInode inode =
        new SavedInode(
            in.constant(Inode.Type.class), new FileSystem(in.text(), in.bool(), in.bool()));
    inode.major = in.i32();
    inode.minor = in.i32();
    inode.number = in.i64();
    inode.size = in.i64();
    inode.seals = in.i32();
    inode.appendOnly = in.bool();
    inode.swapFile = in.bool();
    if (inode.size < Inode.UNKNOWN_SIZE) {
      throw in.problem("a file of " + inode.size + " bytes");
    }
    return inode;
  }

  private SavedOpen open() throws IOException {
    SavedOpen open =
        new SavedOpen(in.existing(inodes.size()), in.existing(names.size()), in.i32(), in.text());
    if (open.kind.equals(FileKinds.SEGMENT)) {
      open.segment = new SavedSegment(in.i32(), in.i32(), in.i64(), in.bool());
    }
    return open;
  }

  private void resolve(int number, SavedOpen open) throws IOException {
    SavedName name = names.get(open.entry);
    SavedInode inode = inodes.get(open.inode);
    OpenFile file =
        resolver.open(
            new SavedFile(
                number,
                open.inode,
                name.path(),
                name.deleted(),
                open.flags,
                open.kind,
                inode.type,
                inode.fileSystem,
                inode.major,
                inode.minor,
                inode.number,
                inode.size));
    if (file == null) {
      return;
    }
    open.made = file;
    if (inode.made != null && inode.made != file.inode()) {
      throw new ImageException("two opens of one file were resolved to two files: " + name.path());
    }
    inode.made = file.inode();
    inode.found = true;
    found.add(file.inode());
  }

  private OpenFile make(SavedOpen open) throws IOException, ErrnoException {
    SavedInode inode = inodes.get(open.inode);
    switch (open.kind) {
      case FileKinds.DRIVER ->
          throw new ImageException(
              "no resolver has opened " + names.get(open.entry).path() + ", a driver's file");
      case FileKinds.SEGMENT -> {
        return attachment(open, inode);
      }
      case FileKinds.OWN_RING -> {
        return named(open, alone(inode, AsyncIoOperation.openRing(mm, inode.size)));
      }
      case FileKinds.FOREIGN_RING -> {
        Mm stranger = new Mm(target.kernel(), new ProgramLayout());
        return named(open, alone(inode, AsyncIoOperation.openRing(stranger, inode.size)));
      }
      case FileKinds.SHARED_ANONYMOUS, FileKinds.SHARED_ANONYMOUS_UNCHARGED -> {
        if (inode.made == null) {
          boolean free = open.kind.equals(FileKinds.SHARED_ANONYMOUS_UNCHARGED);
          OpenFile file = target.backing().shmemZero(Math.max(0, inode.size), free);
          inode.become(file.inode());
          return named(open, file); // its pages go with it already
        }
      }
      default -> {}
    }
    if (open.kind.startsWith(FileKinds.ANONYMOUS_HUGE)) {
      return named(open, alone(inode, hugeFile(open, inode)));
    }
    Inode made =
        inode.made == null ? inode.become(new Inode(inode.type, inode.fileSystem)) : inode.made;
    try {
      OpenFile file =
          new OpenFile(
              made, entry(open.entry), open.flags, FileKinds.operations(open.kind, target));
      return counted(inode, file);
    } catch (IllegalArgumentException unknown) {
      throw in.problem("no kind of file: " + open.kind);
    }
  }

  private DirectoryEntry entry(int number) {
    DirectoryEntry entry = entries.get(number);
    if (entry == null) {
      entry = new DirectoryEntry(names.get(number).path(), names.get(number).deleted());
      entries.set(number, entry);
    }
    return entry;
  }

  /** A file that was made by the kernel has a name of its own. */
  private OpenFile named(SavedOpen open, OpenFile file) {
    SavedName name = names.get(open.entry);
    file.entry().rename(name.path());
    file.entry().deleted(name.deleted());
    return file;
  }

  /** A file that has one open file only. */
  private OpenFile alone(SavedInode inode, OpenFile file) throws ImageFormatException {
    if (inode.made != null) {
      throw in.problem("a file of the kernel's own that is open twice");
    }
    inode.become(file.inode());
    return counted(inode, file);
  }

  private OpenFile counted(SavedInode inode, OpenFile file) {
    if (!inode.found) {
      inode.open.incrementAndGet();
      file.whenReleased(() -> {
        if (inode.open.decrementAndGet() == 0) {
          file.inode().pageCache().drop(0, -1); // nobody can open it again
        }
      });
    }
    return file;
  }

  private OpenFile hugeFile(SavedOpen open, SavedInode inode)
      throws ImageException, ErrnoException {
    long size;
    try {
      size = Long.parseLong(open.kind.substring(FileKinds.ANONYMOUS_HUGE.length()));
    } catch (NumberFormatException none) {
      throw in.problem("no size of huge pages: " + open.kind);
    }
    if (!target.kernel().config().hugePageSizes().contains(size)) {
      throw new ImageException("this machine has no huge pages of " + size + " bytes");
    }
    return target.backing().hugetlbFile(size, Math.max(0, inode.size));
  }

  private OpenFile attachment(SavedOpen open, SavedInode inode)
      throws ImageException, ErrnoException {
    SavedSegment saved = open.segment;
    if (saved == null || saved.size() < 0) {
      throw in.problem("no segment");
    }
    SharedSegment segment = target.segments().find(saved.id());
    for (SharedSegment fresh : newSegments) {
      segment = fresh.id() == saved.id() ? fresh : segment;
    }
    if (segment == null) {
      segment = target.segments().make(saved.id(), saved.key(), saved.size());
      newSegments.add(segment);
      if (inode.made == null) {
        inode.become(segment.inode());
      }
    } else if (inode.made == null) {
      inode.made = segment.inode();
      inode.found = true;
      found.add(segment.inode());
    }
    if (segment.size() != saved.size() || segment.inode() != inode.made) {
      throw new ImageException("segment " + saved.id() + " is another one on this machine");
    }
    if (saved.removed()) {
      removedSegments.add(segment);
    }
    boolean readOnly = (open.flags & OpenFile.O_ACCMODE) == OpenFile.O_RDONLY;
    return segment.open(readOnly);
  }

  private void cachedPage() throws IOException, ErrnoException {
    SavedInode inode = inodes.get(in.existing(inodes.size()));
    long index = in.i64();
    ByteBuffer contents = in.page((int) Pages.SIZE);
    Inode made = inode.made;
    if (inode.found || made == null) {
      return;
    }
    if (index < 0 || made.pageCache().frame(index) >= 0) {
      throw in.problem("page " + index + " of a file, or twice");
    }
    PhysicalMemory memory = target.kernel().memory();
    KernelPage page = new KernelPage(memory, made.pageCache().get(memory, index));
    page.contents().asByteBuffer().put(contents);
    page.put(); // the cache has its own reference
  }

  int size() {
    return opens.size();
  }

  /** The open file with this number. */
  OpenFile file(int number) {
    OpenFile file = opens.get(number).made;
    if (file == null) {
      throw new IllegalStateException("an open file that was not made");
    }
    return file;
  }

  /** Whether the file behind it was there before, with pages of its own. */
  boolean isFound(OpenFile file) {
    return found.contains(file.inode());
  }

  /** All is restored: new segments become known, and removed ones end with what is attached. */
  void commit() {
    newSegments.forEach(target.segments()::add);
    removedSegments.forEach(SharedSegment::remove);
  }

  /** Gives the references back. */
  void release() {
    for (SavedOpen open : opens) {
      OpenFile file = open.made;
      open.made = null;
      if (file != null) {
        file.put();
      }
    }
  }

  /** Nothing was restored: files that were made lose their pages. */
  void undo() {
    release();
    for (SavedInode each : inodes) {
      if (each.made != null && !each.found) {
        each.made.pageCache().drop(0, -1);
      }
    }
  }
}
