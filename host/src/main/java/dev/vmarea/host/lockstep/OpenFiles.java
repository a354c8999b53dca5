// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.host.puppet.PuppetImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files and segments that sequences map. None has a name in any directory, and the segments are
 * marked for removal as soon as we hold them: all are gone with this process, however it ends.
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
  private static final int F_SEAL_SHRINK = 2;
  private static final int F_SEAL_GROW = 4;
  private static final int F_SEAL_WRITE = 8;
  private static final int F_SEAL_FUTURE_WRITE = 16;
  private static final int IPC_CREAT = 01000;
  private static final int IPC_RMID = 0;
  private static final long PAGE = 4096;
  private static final long LONG = 20 * PAGE;
  private static final long SHORT = PAGE + 1500;

  private final List<Backing> backings = new ArrayList<>();
  private final List<Opened> opened = new ArrayList<>();
  private final List<Segment> segments = new ArrayList<>();
  private final List<Long> paths = new ArrayList<>();

  /** What we hold open ourselves: a descriptor and the size that each sequence starts with. */
  private record Backing(int descriptor, long size, boolean filled) {}

  /** One descriptor of the puppet. */
  private record Opened(int backing, int flags) {}

  /** A segment, and where we hold it attached. */
  record Segment(int id, long size, long held) {}

  OpenFiles() throws IOException {
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
    open(memfd(LONG, 0), O_RDWR);
    open(memfd(LONG, F_SEAL_FUTURE_WRITE), O_RDWR);
    open(memfd(SHORT, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), O_RDWR);
    final int zero = existing("/dev/zero", O_RDWR);
    open(zero, O_RDWR);
    open(zero, 0);
    open(existing("/", O_DIRECTORY), O_DIRECTORY);
    segment(4 * PAGE);
    segment(2 * PAGE + 500);
  }

  private void open(final int backing, final int flags) {
    opened.add(new Opened(backing, flags));
  }

  private int hold(final long descriptor, final long size, final String what) throws IOException {
    if (descriptor < 0) {
      throw new IOException(what + " cannot be opened: errno=" + -descriptor);
    }
    backings.add(new Backing((int) descriptor, size, false));
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

  private int memfd(final long size, final int seals) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      final long name =
          NativeCalls.cString(arena, "vmarea".getBytes(StandardCharsets.ISO_8859_1)).address();
      final long descriptor =
          NativeCalls.syscall(
              SystemCall.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0, 0);
      final int held = hold(descriptor, size, "a memfd");
      resize(backings.get(held));
      if ((seals & F_SEAL_SHRINK) != 0) {
        fill(descriptor, size);
        backings.set(held, new Backing((int) descriptor, size, true));
      }
      if (seals != 0) {
        NativeCalls.syscall(SystemCall.FCNTL, descriptor, F_ADD_SEALS, seals, 0, 0, 0);
      }
      return held;
    }
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

  private void segment(final long size) throws IOException {
    final long id =
        NativeCalls.syscall(SystemCall.SHMGET, 0, size, IPC_CREAT | EVERYTHING_FOR_OWNER, 0, 0, 0);
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
      paths.add(image.string("/proc/" + self + "/fd/" + backing.descriptor));
    }
  }

  /** Opens everything in {@code puppet}: descriptors 0, 1, 2, … */
  void openIn(final Puppet puppet) throws PuppetException, IOException {
    for (int i = 0; i < opened.size(); i++) {
      final Opened file = opened.get(i);
      final long descriptor =
          puppet.call(SystemCall.OPENAT, AT_FDCWD, paths.get(file.backing), file.flags, 0);
      if (descriptor != i) {
        throw new IOException(
            "file " + i + " cannot be opened in the puppet: result=" + descriptor);
      }
    }
  }

  /** Number of descriptors. */
  int count() {
    return opened.size();
  }

  List<Segment> segments() {
    return segments;
  }

  /** Gives every file the size it had at first, and zeroes everywhere. */
  void reset() {
    for (final Backing backing : backings) {
      if (backing.size >= 0) {
        NativeCalls.syscall(SystemCall.FTRUNCATE, backing.descriptor, 0, 0, 0, 0, 0);
      }
      resize(backing);
    }
    for (final Backing backing : backings) {
      if (backing.filled) {
        fill(backing.descriptor, backing.size); // MADV_PAGEOUT takes pages
      }
    }
    for (final Segment segment : segments) {
      final long bytes = (segment.size + PAGE - 1) & -PAGE;
      NativeCalls.syscall(SystemCall.MADVISE, segment.held, bytes, Advice.REMOVE, 0, 0, 0);
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
    for (final Segment segment : segments) {
      NativeCalls.syscall(SystemCall.SHMDT, segment.held, 0, 0, 0, 0, 0);
    }
    segments.clear();
  }
}
