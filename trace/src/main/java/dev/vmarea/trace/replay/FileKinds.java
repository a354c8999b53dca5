// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.Machine;
import dev.vmarea.files.DeviceFile;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.files.PlainFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.VmOperations;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What kind of file a path names, judged by the conventions every Linux system follows ({@code
 * /dev/zero}, {@code /dev/shm}, {@code socket:[1]}) and by the type of its file system when that is
 * known.
 */
final class FileKinds {
  /** Type of a file system that nobody told. */
  static final String UNKNOWN_TYPE = "";

  // More than any log maps: how many huge pages there were, no log tells. A script may, which
  // mounts hugetlbfs.
  private static final long ENOUGH_HUGE_PAGES = Long.MAX_VALUE / 2;

  private static final int MAX_MOUNTS = 1000;

  // File systems whose files choose addresses that suit transparent huge pages (Linux 6.18).
  private static final Set<String> THP_ALIGNED =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "erofs", "fuse", "virtiofs");

  private static final Set<String> KNOWS_SYNC = Set.of("ext2", "ext4", "xfs", "fuse", "virtiofs");

  private static final Set<String> NOT_MAPPABLE =
      Set.of("proc", "sysfs", "sockfs", "pipefs", "cgroup", "cgroup2", "devpts", "tracefs");

  // However they are mounted, if at all: the kernel lets nobody execute anything on them.
  private static final Set<String> NEVER_EXECUTABLE =
      Set.of(
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "pipefs",
          "sockfs",
          "anon_inodefs",
          "secretmem",
          "secretmemfs",
          "aio",
          "mqueue");

  private static final Set<String> NOT_MAPPABLE_DEVICES =
      Set.of("/dev/null", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom", "/dev/console");

  private static final VmOperations NO_CALLBACKS = new VmOperations() {};

  private final Map<String, FileOperations> devices;
  private final FileOperations zero;
  private final FileOperations hugetlb;
  private final Map<String, AssumedFile> assumed = new HashMap<>();

  /**
   * The kinds of files on {@code machine}, among them modelled devices by their paths.
   *
   * @param hugePages whether there are as many huge pages as are asked for, of sizes of which the
   *     machine has none
   */
  FileKinds(Machine machine, Map<String, FileOperations> devices, boolean hugePages) {
    this.devices = Map.copyOf(devices);
    zero = new ZeroDevice(machine.backing());
    HugePagePool pool =
        machine.backing() instanceof KernelFiles files
            ? files.hugePages()
            : new HugePagePool(machine.kernel().memory());
    for (long size : machine.kernel().config().hugePageSizes()) {
      if (hugePages && pool.counts(size).total() == 0) {
        pool.assume(size, ENOUGH_HUGE_PAGES);
      }
    }
    hugetlb = new HugetlbFile(pool, machine.kernel().config().defaultHugePageSize());
  }

  /** The file system of this type. */
  static FileSystem fileSystem(String type, boolean noexec) {
    return new FileSystem(
        type, noexec || NEVER_EXECUTABLE.contains(type), THP_ALIGNED.contains(type));
  }

  /** The type of file system that {@code path} lies on by convention, or {@link #UNKNOWN_TYPE}. */
  static String typeByPath(String path) {
    if (path.startsWith("/memfd:") || path.startsWith("/dev/shm/") || path.startsWith("/SYSV")) {
      return "tmpfs";
    }
    if (path.equals("/secretmem")) {
      return SecretFile.MOUNT.type();
    }
    if (path.startsWith("/dev/hugepages/") || path.startsWith("/anon_hugepage")) {
      return "hugetlbfs";
    }
    if (path.startsWith("/dev/")) {
      return "devtmpfs";
    }
    if (path.startsWith("/proc/")) {
      return "proc";
    }
    if (path.startsWith("/sys/")) {
      return "sysfs";
    }
    if (path.startsWith("socket:") || path.startsWith("UNIX") || path.startsWith("TCP")) {
      return "sockfs";
    }
    if (path.startsWith("pipe:")) {
      return "pipefs";
    }
    if (path.startsWith("anon_inode:")) {
      return "anon_inodefs";
    }
    return UNKNOWN_TYPE;
  }

  /** What kind of inode {@code path} names on a file system of this type. */
  static Inode.Type inodeType(String path, String fileSystemType) {
    return switch (fileSystemType) {
      case "sockfs" -> Inode.Type.SOCKET;
      case "pipefs" -> Inode.Type.FIFO;
      case "anon_inodefs" -> Inode.Type.OTHER;
      case "devtmpfs", "devpts" -> Inode.Type.CHARACTER_DEVICE;
      default ->
          path.startsWith("/dev/") && !path.startsWith("/dev/shm/")
              ? Inode.Type.CHARACTER_DEVICE
              : Inode.Type.REGULAR;
    };
  }

  /** The kind that a recording names so, or null for one that it does not tell. */
  static Inode.@Nullable Type typeNamed(String name) {
    return switch (name) {
      case "reg" -> Inode.Type.REGULAR;
      case "dir" -> Inode.Type.DIRECTORY;
      case "chr" -> Inode.Type.CHARACTER_DEVICE;
      case "blk" -> Inode.Type.BLOCK_DEVICE;
      case "fifo" -> Inode.Type.FIFO;
      case "sock" -> Inode.Type.SOCKET;
      case "other" -> Inode.Type.OTHER;
      default -> null;
    };
  }

  /**
   * How the file is mapped, or null when it cannot be.
   *
   * @param type what kind of file it is, or null when only its path tells
   */
  @Nullable FileOperations operations(
      String path, String fileSystemType, Inode.@Nullable Type type) {
    if (type == Inode.Type.DIRECTORY || type == Inode.Type.FIFO) {
      return null;
    }
    FileOperations device = devices.get(path);
    if (device != null) {
      return device;
    }
    if (type == Inode.Type.BLOCK_DEVICE) {
      return PlainFile.DEFAULT;
    }
    if (path.equals("/dev/zero")) {
      return zero;
    }
    if (NOT_MAPPABLE_DEVICES.contains(path) || path.startsWith("/dev/pts/")) {
      return null;
    }
    return switch (fileSystemType) {
      case UNKNOWN_TYPE -> assumed(path);
      case "tmpfs" ->
          inodeType(path, fileSystemType) == Inode.Type.CHARACTER_DEVICE
              ? DeviceFile.UNKNOWN
              : ShmemFile.INSTANCE;
      case "hugetlbfs" -> hugetlb;
      case "secretmem", "secretmemfs" -> SecretFile.INSTANCE;
      case "devtmpfs" -> DeviceFile.UNKNOWN;
      case "sockfs" -> path.startsWith("TCP") ? DeviceFile.TCP_SOCKET : null;
      case "anon_inodefs" -> anonymousInode(path);
      default -> onFileSystem(fileSystemType);
    };
  }

  private static @Nullable FileOperations onFileSystem(String type) {
    if (NOT_MAPPABLE.contains(type)) {
      return null;
    }
    if (!THP_ALIGNED.contains(type)) {
      return PlainFile.DEFAULT;
    }
    return KNOWS_SYNC.contains(type) ? PlainFile.THP_SYNC : PlainFile.THP;
  }

  // What is mounted where is not known; the first part of a path is as good a guess as any.
  private FileOperations assumed(String path) {
    int slash = path.indexOf('/', 1);
    String mount = slash < 0 ? "/" : path.substring(0, slash);
    if (assumed.size() > MAX_MOUNTS) {
      assumed.clear();
    }
    return assumed.computeIfAbsent(mount, key -> new AssumedFile());
  }

  private static @Nullable FileOperations anonymousInode(String path) {
    if (path.contains("io_uring")) {
      return DeviceFile.IO_URING;
    }
    if (path.contains("perf_event")) {
      return DeviceFile.PERF_EVENT;
    }
    return path.contains("bpf") || path.contains("kvm") ? DeviceFile.UNKNOWN : null;
  }

  /** Callbacks of a mapping of a file whose hook sets none: nothing that bears on merging. */
  static VmOperations noCallbacks() {
    return NO_CALLBACKS;
  }
}
