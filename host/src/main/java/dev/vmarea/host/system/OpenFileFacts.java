// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vmarea.host.nativecalls.Architecture;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Facts of what is behind a descriptor of another process, read through /proc/PID/fd without
 * opening or duplicating it, except for seals. Not thread-safe.
 */
final class OpenFileFacts {
  private static final int AT_FDCWD = -100;
  private static final long STATX_BASIC = 0x7ff;
  private static final long STATX_MNT_ID = 0x1000;
  private static final int STATX_BYTES = 256;
  private static final int STATFS_BYTES = 120;
  private static final int PATH_BYTES = 4096 + 16;
  private static final int FORMAT_BITS = 0170000;
  private static final long ST_NOEXEC = 8;
  private static final long F_GET_SEALS = 1034;

  private static final Map<Long, String> FILE_SYSTEMS =
      Map.ofEntries(
          Map.entry(0xEF53L, "ext4"),
          Map.entry(0x58465342L, "xfs"),
          Map.entry(0x9123683EL, "btrfs"),
          Map.entry(0x01021994L, "tmpfs"),
          Map.entry(0x958458F6L, "hugetlbfs"),
          Map.entry(0x794C7630L, "overlay"),
          Map.entry(0x9FA0L, "proc"),
          Map.entry(0x62656572L, "sysfs"),
          Map.entry(0x858458F6L, "ramfs"),
          Map.entry(0x6969L, "nfs"),
          Map.entry(0x65735546L, "fuse"),
          Map.entry(0x4D44L, "vfat"),
          Map.entry(0x2011BAB0L, "exfat"),
          Map.entry(0x73717368L, "squashfs"),
          Map.entry(0xE0F5E1E2L, "erofs"),
          Map.entry(0xF2F52010L, "f2fs"),
          Map.entry(0x2FC12FC1L, "zfs"),
          Map.entry(0xCA451A4EL, "bcachefs"),
          Map.entry(0x9660L, "isofs"),
          Map.entry(0x01021997L, "9p"),
          Map.entry(0xFF534D42L, "cifs"),
          Map.entry(0x7366746EL, "ntfs3"),
          Map.entry(0x5345434DL, "secretmem"),
          Map.entry(0x09041934L, "anon_inodefs"),
          Map.entry(0x50495045L, "pipefs"),
          Map.entry(0x534F434BL, "sockfs"),
          Map.entry(0x74726163L, "tracefs"),
          Map.entry(0x64626720L, "debugfs"),
          Map.entry(0x27E0EBL, "cgroup"),
          Map.entry(0x63677270L, "cgroup2"));

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment link = arena.allocate(64, 8);
  private final MemorySegment statx = arena.allocate(STATX_BYTES, 8);
  private final MemorySegment statfs = arena.allocate(STATFS_BYTES, 8);
  private final MemorySegment path = arena.allocate(PATH_BYTES, 8);
  private final long statxNumber =
      Architecture.host().orElseThrow() == Architecture.X86_64 ? 332 : 291;

  /** Kind, device, inode and size in bytes as stat shows them, and the mount. */
  record Stat(int mode, long deviceMajor, long deviceMinor, long inode, long mount, long size) {
    /** As a recording names it. */
    String type() {
      return switch (mode & FORMAT_BITS) {
        case 0100000 -> "reg";
        case 0040000 -> "dir";
        case 0020000 -> "chr";
        case 0060000 -> "blk";
        case 0010000 -> "fifo";
        case 0140000 -> "sock";
        default -> "other";
      };
    }
  }

  /** What is behind the descriptor, or null if it is not open. */
  @Nullable Stat stat(final int pid, final int fd) {
    final long result =
        NativeCalls.syscall(
            statxNumber,
            AT_FDCWD,
            link(pid, fd),
            0,
            STATX_BASIC | STATX_MNT_ID,
            statx.address(),
            0);
    return result < 0
        ? null
        : new Stat(
            Short.toUnsignedInt(statx.get(JAVA_SHORT, 28)),
            Integer.toUnsignedLong(statx.get(JAVA_INT, 136)),
            Integer.toUnsignedLong(statx.get(JAVA_INT, 140)),
            statx.get(JAVA_LONG, 32),
            statx.get(JAVA_LONG, 144),
            statx.get(JAVA_LONG, 40));
  }

  /** All facts of a descriptor that is open, under the number {@code id}. */
  FileIdentity read(
      final int id, final int pid, final int fd, final Stat stat, final boolean exact) {
    final String info = ProcText.read("/proc/" + pid + "/fdinfo/" + fd);
    final long inode = ProcText.labelled(info, "ino:").orElse(stat.inode());
    long magic = 0;
    boolean noexec = false;
    if (NativeCalls.syscall(SystemCall.STATFS, link(pid, fd), statfs.address(), 0, 0, 0, 0) == 0) {
      magic = statfs.get(JAVA_LONG, 0) & 0xffff_ffffL;
      noexec = (statfs.get(JAVA_LONG, 80) & ST_NOEXEC) != 0;
    }
    final Mount mount = mount(pid, stat, magic);
    final String fileSystem = mount.fileSystem;
    final boolean sealable = "tmpfs".equals(fileSystem) || "hugetlbfs".equals(fileSystem);
    return new FileIdentity(
        id,
        mount.major,
        mount.minor,
        inode,
        fileSystem,
        octal(info, "flags:"),
        sealable ? seals(pid, fd) : 0,
        noexec || "proc".equals(fileSystem) || "sysfs".equals(fileSystem),
        path(pid, fd),
        stat.type(),
        stat.size(),
        exact);
  }

  /** Where the descriptor's link points to, or nothing if it is not open. */
  byte[] path(final int pid, final int fd) {
    final long length =
        NativeCalls.syscall(
            SystemCall.READLINKAT, AT_FDCWD, link(pid, fd), path.address(), PATH_BYTES, 0, 0);
    return path.asSlice(0, Math.max(0, length)).toArray(JAVA_BYTE);
  }

  private record Mount(long major, long minor, String fileSystem) {}

  /**
   * Device and type of the superblock. The device is the one maps shows: mountinfo has it. Mounts
   * inside the kernel (memfd, shared memory) are not listed there, and stat tells the truth for
   * them.
   */
  private static Mount mount(final int pid, final Stat stat, final long magic) {
    final String start = stat.mount() + " ";
    return ProcText.read("/proc/" + pid + "/mountinfo")
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .map(OpenFileFacts::mount)
        .orElseGet(() ->
            new Mount(
                stat.deviceMajor(),
                stat.deviceMinor(),
                Optional.ofNullable(FILE_SYSTEMS.get(magic))
                    .orElse("0x" + Long.toHexString(magic))));
  }

  /** A line of mountinfo: id, parent, device, ..., {@code -}, type, ... */
  private static Mount mount(final String line) {
    final String[] device = line.split(" ", 4)[2].split(":", 2);
    final String type = line.substring(line.indexOf(" - ") + 3).split(" ", 2)[0];
    return new Mount(Long.parseLong(device[0]), Long.parseLong(device[1]), type);
  }

  private static long octal(final String info, final String label) {
    return info.lines()
        .filter(line -> line.startsWith(label))
        .findFirst()
        .map(line -> Long.parseUnsignedLong(line.substring(label.length()).strip(), 8))
        .orElse(0L);
  }

  /** Duplicates the descriptor for the moment of the question: regular files of memory only. */
  private static long seals(final int pid, final int fd) {
    final long pidfd = NativeCalls.syscall(SystemCall.PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
    if (pidfd < 0) {
      return 0;
    }
    final long copy = NativeCalls.syscall(SystemCall.PIDFD_GETFD, pidfd, fd, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, pidfd, 0, 0, 0, 0, 0);
    if (copy < 0) {
      return 0;
    }
    final long seals = NativeCalls.syscall(SystemCall.FCNTL, copy, F_GET_SEALS, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, copy, 0, 0, 0, 0, 0);
    return Math.max(0, seals);
  }

  private long link(final int pid, final int fd) {
    final byte[] name = ("/proc/" + pid + "/fd/" + fd).getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment.copy(name, 0, link, JAVA_BYTE, 0, name.length);
    link.set(JAVA_BYTE, name.length, (byte) 0);
    return link.address();
  }
}
