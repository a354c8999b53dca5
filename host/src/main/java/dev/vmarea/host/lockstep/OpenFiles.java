// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.files.FileSeals;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files and segments that sequences map. None has a name in any directory of this host (some
 * have one in a file system that is mounted nowhere), and the segments are marked for removal as
 * soon as we hold them, or belong to a namespace of ours: all are gone with this process, however
 * it ends.
 */
final class OpenFiles implements AutoCloseable {
  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_DIRECTORY = 0200000;
  private static final int O_CLOEXEC = 02000000;
  private static final int O_PATH = 010000000;
  private static final int AT_FDCWD = -100;
  private static final int OWNER_ONLY = 0600;
  private static final int EVERYTHING_FOR_OWNER = 0700; // SHM_EXEC asks for execution
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;
  private static final int IPC_CREAT = 01000;
  private static final int IPC_RMID = 0;
  private static final int MFD_HUGETLB = 4;
  private static final int MFD_NOTHING = 0;
  private static final int CLONE_NEWIPC = 0x08000000;
  private static final long PAGE = 4096;
  private static final long LONG = 20 * PAGE;
  private static final long SHORT = PAGE + 1500;
  private static final long SECRET = 6 * PAGE;
  private static final long REMOVABLE = 3 * PAGE;
  private static final int HUGE_PAGES = 3;

  private final List<Backing> backings = new ArrayList<>();
  private final List<Opened> opened = new ArrayList<>();
  private final List<Segment> segments = new ArrayList<>();
  private final List<Long> paths = new ArrayList<>();
  private final List<DetachedMount> mounts = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final long hugePageSize;
  private boolean ownNamespace;

  /**
   * What we hold open ourselves.
   *
   * @param descriptor ours, or -1 if the puppet makes the file: then it is that of its secret one
   * @param size bytes that each sequence starts with, or -1 if it has none
   * @param filled whether it always has all its pages
   * @param made what was given to memfd_create, or null for other files
   */
  private record Backing(int descriptor, long size, boolean filled, @Nullable Memfd made) {
    Backing withDescriptor(final int other) {
      return new Backing(other, size, filled, made);
    }
  }

  /** How a memfd is made. */
  private record Memfd(int flags, int seals) {}

  /** One descriptor of the puppet. */
  private record Opened(int backing, int flags) {}

  /** A segment, and where we hold it attached. */
  record Segment(int id, long size, long held) {}

  /**
   * Makes all that this host permits; see {@link #missing}. The calling thread, and what it starts,
   * gets a namespace of its own for segments.
   *
   * @param hugePageSize bytes of the huge pages there are, or 0 without
   */
  OpenFiles(final long hugePageSize) throws IOException {
    this.hugePageSize = hugePageSize;
    try {
      create();
    } catch (final IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void create() throws IOException {
    final int disk = plain(System.getProperty("java.io.tmpdir", "/tmp"), LONG);
    open(disk, O_RDWR);
    open(disk, O_RDWR);
    open(disk, 0);
    open(disk, O_WRONLY);
    open(disk, O_PATH);
    open(plain(System.getProperty("java.io.tmpdir", "/tmp"), SHORT), O_RDWR);
    open(plain("/dev/shm", LONG), O_RDWR);
    open(memfd(LONG, 0, 0), O_RDWR);
    open(memfd(LONG, 0, FileSeals.F_SEAL_FUTURE_WRITE), O_RDWR);
    open(
        memfd(SHORT, 0, FileSeals.F_SEAL_WRITE | FileSeals.F_SEAL_SHRINK | FileSeals.F_SEAL_GROW),
        O_RDWR);
    final int zero = existing("/dev/zero", O_RDWR);
    open(zero, O_RDWR);
    open(zero, 0);
    open(existing("/", O_DIRECTORY), O_DIRECTORY);
    named();
    secret();
    if (hugePageSize != 0) {
      makeHuge();
    }
    final long left = NativeCalls.syscall(SystemCall.UNSHARE, CLONE_NEWIPC, 0, 0, 0, 0, 0);
    ownNamespace = left == 0;
    segment(4 * PAGE);
    segment(2 * PAGE + 500);
    if (ownNamespace) {
      segments.add(removable());
    } else {
      missing.add("segments that are removed while attached: no namespace, errno=" + -left);
    }
  }

  /** A file of tmpfs with a name, and files of a union of two folders of tmpfs. */
  private void named() {
    try {
      final DetachedMount tmpfs = mount("tmpfs");
      tmpfs.file("vmarea-named", LONG);
      open(hold(tmpfs.open("vmarea-named", O_RDWR), LONG, "a file of tmpfs"), O_RDWR);
      for (final String directory : List.of("lower", "upper", "work")) {
        tmpfs.directory(directory);
      }
      tmpfs.file("lower/vmarea-lower", LONG);
      tmpfs.file("lower/vmarea-copied", LONG);
      tmpfs.file("upper/vmarea-upper", LONG);
      final DetachedMount union =
          mount(
              "overlay",
              "lowerdir",
              tmpfs.path("lower"),
              "upperdir",
              tmpfs.path("upper"),
              "workdir",
              tmpfs.path("work"));
      final int lower = hold(union.open("vmarea-lower", 0), LONG, "a lower file");
      fill(backings.get(lower).descriptor, LONG);
      backings.set(lower, new Backing(backings.get(lower).descriptor, LONG, true, null));
      open(lower, 0);
      final int upper = hold(union.open("vmarea-upper", O_RDWR), LONG, "an upper file");
      open(upper, O_RDWR);
      open(upper, 0);
      // Opening it for writing copies it up.
      open(hold(union.open("vmarea-copied", O_RDWR), LONG, "a copied file"), O_RDWR);
    } catch (final IOException e) {
      missing.add("files of overlayfs and files of tmpfs with names: " + e.getMessage());
    }
  }

  private DetachedMount mount(final String type, final String... options) throws IOException {
    final DetachedMount mounted = DetachedMount.of(type, options);
    mounts.add(mounted);
    return mounted;
  }

  /** Only its maker can open it, so the puppet makes it. */
  private void secret() {
    final long probe = NativeCalls.syscall(SystemCall.MEMFD_SECRET, MFD_NOTHING, 0, 0, 0, 0, 0);
    if (probe < 0) {
      missing.add("memfd_secret: errno=" + -probe);
      return;
    }
    NativeCalls.syscall(SystemCall.CLOSE, probe, 0, 0, 0, 0, 0);
    backings.add(new Backing(-1, SECRET, true, null));
    open(backings.size() - 1, O_RDWR);
  }

  private void makeHuge() {
    try {
      final long size = HUGE_PAGES * hugePageSize;
      open(memfd(size, MFD_HUGETLB, 0), O_RDWR);
      final DetachedMount mounted = mount("hugetlbfs");
      final int named = hold(mounted.open("vmarea-huge", O_RDWR | O_CREAT), size, "a huge file");
      resize(backings.get(named));
      open(named, O_RDWR);
      open(named, 0);
    } catch (final IOException e) {
      missing.add("files of hugetlbfs: " + e.getMessage());
    }
  }

  /** What this host does not have or permit, with the reasons. */
  List<String> missing() {
    return missing;
  }

  private void open(final int backing, final int flags) {
    opened.add(new Opened(backing, flags));
  }

  private int hold(final long descriptor, final long size, final String what) throws IOException {
    if (descriptor < 0) {
      throw new IOException(what + " cannot be opened: errno=" + -descriptor);
    }
    backings.add(new Backing((int) descriptor, size, false, null));
    return backings.size() - 1;
  }

  private static long openAt(final String path, final int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return NativeCalls.syscall(
          SystemCall.OPENAT,
          AT_FDCWD,
          NativeCalls.cString(arena, path.getBytes(StandardCharsets.ISO_8859_1)).address(),
          flags | O_CLOEXEC,
          OWNER_ONLY,
          0,
          0);
    }
  }

  private int plain(final String directory, final long size) throws IOException {
    final String path =
        Path.of(directory, "vmarea-fuzz-" + ProcessHandle.current().pid() + "-" + System.nanoTime())
            .toString();
    final int held = hold(openAt(path, O_RDWR | O_CREAT | O_EXCL), size, path);
    try (Arena arena = Arena.ofConfined()) {
      NativeCalls.syscall(
          SystemCall.UNLINKAT,
          AT_FDCWD,
          NativeCalls.cString(arena, path.getBytes(StandardCharsets.ISO_8859_1)).address(),
          0,
          0,
          0,
          0);
    }
    resize(backings.get(held));
    return held;
  }

  private int existing(final String path, final int flags) throws IOException {
    return hold(openAt(path, flags), -1, path);
  }

  private int memfd(final long size, final int flags, final int seals) throws IOException {
    final Memfd made = new Memfd(flags, seals);
    final boolean filled = (seals & FileSeals.F_SEAL_SHRINK) != 0;
    backings.add(new Backing(create(made, size), size, filled, made));
    return backings.size() - 1;
  }

  private static int create(final Memfd made, final long size) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      final long name =
          NativeCalls.cString(arena, "vmarea".getBytes(StandardCharsets.ISO_8859_1)).address();
      final long descriptor =
          NativeCalls.syscall(
              SystemCall.MEMFD_CREATE,
              name,
              MFD_CLOEXEC | MFD_ALLOW_SEALING | made.flags,
              0,
              0,
              0,
              0);
      if (descriptor < 0) {
        throw new IOException("a memfd cannot be made: errno=" + -descriptor);
      }
      NativeCalls.syscall(SystemCall.FTRUNCATE, descriptor, size, 0, 0, 0, 0);
      if ((made.seals & FileSeals.F_SEAL_SHRINK) != 0) {
        fill(descriptor, size);
      }
      if (made.seals != 0) {
        NativeCalls.syscall(SystemCall.FCNTL, descriptor, F_ADD_SEALS, made.seals, 0, 0, 0);
      }
      return (int) descriptor;
    }
  }

  /**
   * Puts a new memfd, if it is one, in the place of one that a sequence has sealed, which cannot be
   * undone. What is open of it in puppets stays the old one.
   *
   * @param descriptor the puppet's
   */
  void renew(final int descriptor) throws IOException {
    final Backing sealed = backings.get(opened.get(descriptor).backing);
    final Memfd made = sealed.made;
    if (made == null) {
      return; // files of other kinds have no seals that could be added
    }
    final int fresh = create(made, sealed.size);
    NativeCalls.syscall(SystemCall.DUP3, fresh, sealed.descriptor, O_CLOEXEC, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, fresh, 0, 0, 0, 0, 0);
  }

  /** No reset can take pages from a file that refuses to shrink: so it has all from the start. */
  private static void fill(final long descriptor, final long size) {
    final long at =
        NativeCalls.syscall(
            SystemCall.MMAP,
            0,
            size,
            Prot.READ,
            MapFlags.SHARED | MapFlags.POPULATE,
            descriptor,
            0);
    NativeCalls.syscall(SystemCall.MUNMAP, at, size, 0, 0, 0, 0);
  }

  /** Whether the file behind a descriptor of the puppet always has all its pages. */
  boolean isFilled(final int descriptor) {
    return backings.get(opened.get(descriptor).backing).filled;
  }

  private static long create(final long size) {
    return NativeCalls.syscall(
        SystemCall.SHMGET, 0, size, IPC_CREAT | EVERYTHING_FOR_OWNER, 0, 0, 0);
  }

  private static Segment removable() throws IOException {
    final long id = create(REMOVABLE);
    if (id < 0) {
      throw new IOException("a System V segment cannot be made: errno=" + -id);
    }
    return new Segment((int) id, REMOVABLE, 0);
  }

  /** The number of the segment that sequences may remove, or 0 if there is none. */
  int removableSegment() {
    return ownNamespace ? segments.size() : 0;
  }

  /** Whether it is the secret file, whose pages we have written to. */
  boolean isSecret(final int descriptor) {
    return paths.get(opened.get(descriptor).backing) == 0;
  }

  private void segment(final long size) throws IOException {
    final long id = create(size);
    final long held = id < 0 ? id : NativeCalls.syscall(SystemCall.SHMAT, id, 0, 0, 0, 0, 0);
    if (id >= 0) {
      // From now on it lives only as long as somebody has it attached.
      NativeCalls.syscall(SystemCall.SHMCTL, id, IPC_RMID, 0, 0, 0, 0);
    }
    if (NativeCalls.isError(held)) {
      throw new IOException("a System V segment cannot be made: errno=" + -held);
    }
    segments.add(new Segment((int) id, size, held));
  }

  /** Puts the paths that a puppet opens into its image. */
  void prepare(final PuppetImage image) {
    final long self = ProcessHandle.current().pid();
    for (final Backing backing : backings) {
      // The secret one has no path; nobody asks for it.
      paths.add(
          backing.descriptor < 0 ? 0 : image.string("/proc/" + self + "/fd/" + backing.descriptor));
    }
  }

  /** Opens everything in {@code puppet}: descriptors 0, 1, 2, … */
  void openIn(final Puppet puppet) throws PuppetException, IOException {
    for (int i = 0; i < opened.size(); i++) {
      final Opened file = opened.get(i);
      final long descriptor =
          paths.get(file.backing) == 0
              ? makeSecret(puppet, file.backing)
              : puppet.call(SystemCall.OPENAT, AT_FDCWD, paths.get(file.backing), file.flags, 0);
      if (descriptor != i) {
        throw new IOException(
            "file " + i + " cannot be opened in the puppet: result=" + descriptor);
      }
    }
  }

  /** Lets the puppet make the secret file, and takes a descriptor of it for us. */
  private long makeSecret(final Puppet puppet, final int index) throws PuppetException {
    final Backing known = backings.get(index);
    if (known.descriptor >= 0) {
      NativeCalls.syscall(SystemCall.CLOSE, known.descriptor, 0, 0, 0, 0, 0);
    }
    final long descriptor = puppet.call(SystemCall.MEMFD_SECRET, 0);
    puppet.call(SystemCall.FTRUNCATE, descriptor, SECRET);
    final long process = NativeCalls.syscall(SystemCall.PIDFD_OPEN, puppet.pid(), 0, 0, 0, 0, 0);
    final long ours = NativeCalls.syscall(SystemCall.PIDFD_GETFD, process, descriptor, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, process, 0, 0, 0, 0, 0);
    backings.set(index, known.withDescriptor((int) ours));
    return ours < 0 ? ours : descriptor;
  }

  /** Numbers of the descriptors of files of huge pages. */
  List<Integer> huge() {
    final List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < opened.size(); i++) {
      final long size = firstSize(i);
      if (hugePageSize != 0 && size == HUGE_PAGES * hugePageSize) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  /** Number of descriptors. */
  int count() {
    return opened.size();
  }

  List<Segment> segments() {
    return segments;
  }

  /** Gives every file the size it had at first, and zeroes everywhere. */
  void reset() throws IOException {
    for (final Backing backing : backings) {
      if (backing.size >= 0) {
        NativeCalls.syscall(SystemCall.FTRUNCATE, backing.descriptor, 0, 0, 0, 0, 0);
      }
      resize(backing);
    }
    for (int i = 0; i < backings.size(); i++) {
      final Backing backing = backings.get(i);
      if (paths.get(i) == 0) {
        clear(backing);
      } else if (backing.filled) {
        fill(backing.descriptor, backing.size); // MADV_PAGEOUT takes pages
      }
    }
    for (final Segment segment : segments) {
      if (segment.held != 0) {
        final long bytes = (segment.size + PAGE - 1) & -PAGE;
        NativeCalls.syscall(SystemCall.MADVISE, segment.held, bytes, Advice.REMOVE, 0, 0, 0);
      }
    }
    if (ownNamespace) {
      final int last = segments.size() - 1;
      NativeCalls.syscall(SystemCall.SHMCTL, segments.get(last).id, IPC_RMID, 0, 0, 0, 0);
      segments.set(last, removable());
    }
  }

  /** Takes all huge pages from the files that have some. */
  void dropHugePages() {
    for (final int number : huge()) {
      final Backing backing = backings.get(opened.get(number).backing);
      NativeCalls.syscall(SystemCall.FTRUNCATE, backing.descriptor, 0, 0, 0, 0, 0);
    }
  }

  /** A secret file keeps its size for ever, and gives no page back: it is filled with zeroes. */
  @SuppressWarnings("restricted")
  private static void clear(final Backing secret) {
    final long at =
        NativeCalls.syscall(
            SystemCall.MMAP,
            0,
            secret.size,
            Prot.READ | Prot.WRITE,
            MapFlags.SHARED,
            secret.descriptor,
            0);
    if (!NativeCalls.isError(at)) {
      MemorySegment.ofAddress(at).reinterpret(secret.size).fill((byte) 0);
      NativeCalls.syscall(SystemCall.MUNMAP, at, secret.size, 0, 0, 0, 0);
    }
  }

  /** The size that the file behind a descriptor of the puppet starts with; -1 if it has none. */
  long firstSize(final int descriptor) {
    return backings.get(opened.get(descriptor).backing).size;
  }

  private static void resize(final Backing backing) {
    if (backing.size >= 0) { // a sealed file refuses, and needs no reset
      NativeCalls.syscall(SystemCall.FTRUNCATE, backing.descriptor, backing.size, 0, 0, 0, 0);
    }
  }

  @Override
  public void close() {
    for (final Backing backing : backings) {
      NativeCalls.syscall(SystemCall.CLOSE, backing.descriptor, 0, 0, 0, 0, 0);
    }
    backings.clear();
    mounts.forEach(DetachedMount::close);
    mounts.clear();
    for (final Segment segment : segments) {
      if (segment.held == 0) {
        NativeCalls.syscall(SystemCall.SHMCTL, segment.id, IPC_RMID, 0, 0, 0, 0);
        continue;
      }
      NativeCalls.syscall(SystemCall.SHMDT, segment.held, 0, 0, 0, 0, 0);
    }
    segments.clear();
  }
}
