// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.hugetlb.HugetlbPages;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes files whose bytes are in memory only: memfds, secret memory, and files of a given content,
 * such as a program to be loaded. Thread-safe.
 *
 * <p>What {@code maps} shows of them as device and inode is made up: running numbers on device
 * 08:01 for files with a path, 00:01 for others.
 */
public final class MemoryFiles {
  /** memfd_create: closed by execve. */
  public static final int MFD_CLOEXEC = 1;

  /** memfd_create: seals may be added. */
  public static final int MFD_ALLOW_SEALING = 2;

  /** memfd_create: of huge pages; the size's log2 may stand from bit 26 on. */
  public static final int MFD_HUGETLB = 4;

  /** memfd_create: never executable; sealing is allowed then. */
  public static final int MFD_NOEXEC_SEAL = 8;

  /** memfd_create: executable, which is also the default. */
  public static final int MFD_EXEC = 0x10;

  /** Longest name of a memfd in bytes. */
  public static final int MFD_NAME_MAX = 249;

  private static final int MFD_KNOWN =
      MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_NOEXEC_SEAL | MFD_EXEC;
  private static final int O_CLOEXEC = 02000000;
  private static final FileSystem DISK = new FileSystem("ext4", false, true);

  private final Kernel kernel;
  private final HugePagePool hugePages;
  private final AtomicLong lastInode = new AtomicLong();

  /** Files on {@code kernel}; those of huge pages take them from {@code hugePages}. */
  public MemoryFiles(Kernel kernel, HugePagePool hugePages) {
    this.kernel = kernel;
    this.hugePages = hugePages;
  }

  /**
   * Which flags memfd_create(2) refuses, before it looks at the name (vm.memfd_noexec being 0).
   *
   * @throws ErrnoException EINVAL for unknown flags, or EXEC with NOEXEC_SEAL
   */
  public static void checkMemfdFlags(int flags) throws ErrnoException {
    int known =
        (flags & MFD_HUGETLB) == 0
            ? MFD_KNOWN
            : MFD_KNOWN | MapFlags.HUGE_MASK << MapFlags.HUGE_SHIFT;
    boolean both = (flags & MFD_EXEC) != 0 && (flags & MFD_NOEXEC_SEAL) != 0;
    if ((flags & ~known) != 0 || both) {
      throw Errno.EINVAL.failure();
    }
  }

  /**
   * The seals of a new memfd: none may be added, unless its MFD_ flags say otherwise.
   *
   * @return F_SEAL_ bits, for {@link Inode#seals}
   */
  public static int firstSeals(int flags) {
    if ((flags & MFD_NOEXEC_SEAL) != 0) {
      return FileSeals.F_SEAL_EXEC;
    }
    return (flags & MFD_ALLOW_SEALING) != 0 ? 0 : FileSeals.F_SEAL_SEAL;
  }

  /**
   * memfd_create(2): an empty file; its size is set by {@link Inode#truncate}.
   *
   * @param name bytes as ISO-8859-1, at most {@link #MFD_NAME_MAX}
   * @param flags MFD_ bits; {@link #MFD_CLOEXEC} is the descriptor table's business
   * @throws ErrnoException EINVAL as {@link #checkMemfdFlags} and for a longer name; ENODEV for a
   *     size of huge pages that the machine does not have
   */
  public OpenFile memfd(String name, int flags) throws ErrnoException {
    checkMemfdFlags(flags);
    if (name.length() > MFD_NAME_MAX) {
      throw Errno.EINVAL.failure();
    }
    OpenFile file =
        (flags & MFD_HUGETLB) == 0
            ? made("/memfd:" + name, ShmemFile.INTERNAL_MOUNT, ShmemFile.INSTANCE)
            : made(
                "/memfd:" + name,
                HugetlbFile.fileSystem(),
                new HugetlbFile(hugePages.internalMount(hugePageSize(flags))));
    file.inode().seals(firstSeals(flags));
    return file;
  }

  private long hugePageSize(int flags) throws ErrnoException {
    long size = kernel.config().hugePageSize(flags);
    if (size < 0) {
      throw Errno.ENODEV.failure();
    }
    return size;
  }

  /**
   * Which flags memfd_secret(2) refuses.
   *
   * @throws ErrnoException EINVAL for others than O_CLOEXEC
   */
  public static void checkSecretFlags(int flags) throws ErrnoException {
    if ((flags & ~O_CLOEXEC) != 0) {
      throw Errno.EINVAL.failure();
    }
  }

  /**
   * memfd_secret(2): an empty file that is mapped only shared and locked.
   *
   * @param flags O_CLOEXEC or 0
   * @throws ErrnoException EINVAL for other flags
   */
  public OpenFile secret(int flags) throws ErrnoException {
    checkSecretFlags(flags);
    return made("/secretmem", SecretFile.MOUNT, SecretFile.INSTANCE);
  }

  private OpenFile made(String shown, FileSystem mount, FileOperations operations) {
    Inode inode = new Inode(Inode.Type.REGULAR, mount);
    inode.size(0);
    inode.identify(0, 1, lastInode.incrementAndGet());
    OpenFile file =
        new OpenFile(inode, new DirectoryEntry(shown, true), OpenFile.O_RDWR, operations);
    file.whenReleased(() -> forget(inode)); // nobody can open it again
    return file;
  }

  private static void forget(Inode inode) {
    if (inode.ownPages() instanceof HugetlbPages huge) {
      huge.evict();
    } else {
      inode.pageCache().drop(0, -1);
    }
  }

  /**
   * A file as it were on a disk, with these bytes, opened for reading: to be mapped like a program
   * or a library.
   *
   * @param path what {@code maps} shows
   * @throws ErrnoException ENOMEM without frames for its pages
   */
  public OpenFile of(String path, byte[] contents) throws ErrnoException {
    Inode inode = new Inode(Inode.Type.REGULAR, DISK);
    inode.size(0);
    inode.identify(8, 1, lastInode.incrementAndGet());

    OpenFile file =
        new OpenFile(inode, new DirectoryEntry(path), OpenFile.O_RDONLY, PlainFile.THP_SYNC);
    new FileContents(inode, kernel.memory()).write(0, contents, 0, contents.length);
    return file;
  }
}
