// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.VmOperations;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What kind of file a path names, judged by the conventions every Linux system follows ({@code
 * /dev/zero}, {@code /dev/shm}, {@code socket:[1]}) and by the type of its file system when that is
 * known.
 */
public final class FileKinds {
  /** Type of a file system that nobody told: placement is assumed to be THP-aligned, as on ext4. */
  public static final String UNKNOWN_TYPE = "";

  // File systems whose files choose addresses that suit transparent huge pages (Linux 6.18).
  private static final Set<String> THP_ALIGNED =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "erofs", "fuse", "virtiofs");

  private static final Set<String> NOT_MAPPABLE =
      Set.of("proc", "sysfs", "sockfs", "pipefs", "cgroup", "cgroup2", "devpts", "tracefs");

  private static final HugetlbFile HUGE_2M = new HugetlbFile(2L << 20);

  private static final VmOperations NO_CALLBACKS = new VmOperations() {};

  private FileKinds() {}

  /** The file system of this type. */
  public static FileSystem fileSystem(String type, boolean noexec) {
    return new FileSystem(type, noexec, THP_ALIGNED.contains(type));
  }

  /** The type of file system that {@code path} lies on by convention, or {@link #UNKNOWN_TYPE}. */
  public static String typeByPath(String path) {
    if (path.startsWith("/memfd:") || path.startsWith("/dev/shm/") || path.startsWith("/SYSV")) {
      return "tmpfs";
    }
    if (path.equals("/secretmem")) {
      return SecretMemoryFile.MOUNT.type();
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
  public static Inode.Type inodeType(String path, String fileSystemType) {
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

  /** How the file is mapped, or null when it cannot be. */
  public static @Nullable FileOperations operations(String path, String fileSystemType) {
    if (path.equals("/dev/zero")) {
      return DevZero.INSTANCE;
    }
    if (path.equals("/dev/null") || path.equals("/dev/full") || path.startsWith("/dev/pts/")) {
      return null;
    }
    if (path.equals("/dev/tty") || path.endsWith("random") && path.startsWith("/dev/")) {
      return null;
    }
    return switch (fileSystemType) {
      case UNKNOWN_TYPE -> PlainFile.THP;
      case "tmpfs" -> ShmemFile.INSTANCE;
      case "hugetlbfs" -> HUGE_2M;
      case "secretmem", "secretmemfs" -> SecretMemoryFile.INSTANCE;
      case "devtmpfs" -> PlainFile.OWN;
      case "anon_inodefs" -> anonymousInode(path);
      default -> {
        if (NOT_MAPPABLE.contains(fileSystemType)) {
          yield null;
        }
        yield THP_ALIGNED.contains(fileSystemType) ? PlainFile.THP : PlainFile.DEFAULT;
      }
    };
  }

  /** Callbacks of a mapping of a file about which nothing is known: none that bear on merging. */
  public static VmOperations fallbackCallbacks() {
    return NO_CALLBACKS;
  }

  private static @Nullable FileOperations anonymousInode(String path) {
    boolean mappable =
        path.contains("io_uring") || path.contains("perf_event") || path.contains("bpf");
    return mappable ? PlainFile.OWN : null;
  }
}
