// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.hugetlb.HugetlbRequest;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;

/**
 * A file of hugetlbfs with the old hook: pages are reserved when it is mapped, taken when they are
 * touched, and cuts are made at huge-page boundaries only.
 */
public final class HugetlbFile implements LegacyMmap, HugetlbOperations {
  private final HugetlbMount mount;

  /** Files of {@code mount}. */
  public HugetlbFile(HugetlbMount mount) {
    this.mount = mount;
  }

  /** Files with huge pages of {@code pageSize} bytes, a power of two, from {@code pool}. */
  public HugetlbFile(HugePagePool pool, long pageSize) {
    this(pool.internalMount(pageSize));
  }

  /** A mount of hugetlbfs. */
  public static FileSystem fileSystem() {
    return new FileSystem("hugetlbfs", false, false);
  }

  /**
   * A new file without a name in any directory, shown as {@code name (deleted)}: its pages go with
   * the last reference to it.
   *
   * @param bytes its size, a multiple of the page size
   */
  public OpenFile unnamed(String name, long bytes) {
    return unnamed(mount, this, name, bytes);
  }

  /**
   * The same whatever its hook.
   *
   * @param operations its hook
   */
  public static OpenFile unnamed(
      HugetlbMount mount, FileOperations operations, String name, long bytes) {
    Inode inode = new Inode(Inode.Type.REGULAR, fileSystem());
    inode.size(bytes);
    OpenFile file =
        new OpenFile(inode, new DirectoryEntry(name, true), OpenFile.O_RDWR, operations);
    file.whenReleased(() -> mount.pages(inode).evict());
    return file;
  }

  /**
   * The same with all its pages reserved, so that whoever maps it reserves nothing: the file of a
   * segment of System V shared memory (shmget with SHM_HUGETLB).
   *
   * @throws ErrnoException ENOMEM without so many pages
   */
  public static OpenFile reserved(
      HugetlbMount mount, FileOperations operations, String name, long bytes)
      throws ErrnoException {
    OpenFile file = unnamed(mount, operations, name, bytes);
    try {
      mount.pages(file.inode()).reserveAll();
    } catch (ErrnoException e) {
      file.put();
      throw e;
    }
    return file;
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    HugetlbRequest request = HugetlbRequest.of(mount, file.inode(), vma);
    vma.privateData(request.grant(true, FailurePlan.Point.HOOK));
  }

  @Override
  public HugetlbMount mount() {
    return mount;
  }
}
