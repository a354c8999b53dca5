// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Amount;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A mount of hugetlbfs: its files by path. Pages and reservations of a file go with its last name
 * and the last open file of it, mappings included.
 */
public final class HugetlbfsMount implements UserModel {
  private static final String TRUNCATE = "truncate";
  private static final String PUNCH = "punch";

  private final Variant variant;
  private final HugetlbMount mount;
  private final HugePageShare share;
  private final FileOperations operations;
  private final FileTree<HugetlbfsNode> tree = FileTree.writable(this::node);

  HugetlbfsMount(Variant variant, HugetlbMount mount, HugePageShare share) {
    this.variant = variant;
    this.mount = mount;
    this.share = share;
    this.operations = HugetlbfsFile.port(HugetlbfsKind.Port.of(variant), mount);
  }

  private HugetlbfsNode node() {
    return new HugetlbfsNode(mount, operations);
  }

  @Override
  public UserKind kind() {
    return HugetlbfsKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** What it may have, and has. */
  public HugetlbMount mount() {
    return mount;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException as {@link FileTree#open}
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    return tree.open(path, flags);
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    tree.unlink(path);
  }

  /**
   * The file of a segment of System V shared memory (shmget with SHM_HUGETLB): without a name, all
   * its pages reserved, so that whoever maps it reserves nothing. Its pages go with the file.
   *
   * @param name as maps shows it
   * @param bytes its size, a multiple of the page size
   * @throws ErrnoException ENOMEM without so many pages
   */
  public OpenFile segment(String name, long bytes) throws ErrnoException {
    return HugetlbFile.reserved(mount, operations, name, bytes);
  }

  /**
   * "truncate PATH BYTES": the file gets this size. "punch PATH BYTES BYTES": a hole from an offset
   * on, of a length. -ENOENT without such a file; -EINVAL for a size, or a hole, that is not one of
   * whole huge pages.
   */
  @Override
  public long control(List<String> words) {
    String what = words.getFirst();
    boolean truncates = what.equals(TRUNCATE) && words.size() == 3;
    if (!truncates && !(what.equals(PUNCH) && words.size() == 4)) {
      throw new IllegalArgumentException(
          "hugetlbfs knows \"truncate PATH BYTES\" and \"punch PATH OFFSET LENGTH\"");
    }
    Inode inode;
    try {
      inode = tree.find(words.get(1)).inode();
    } catch (ErrnoException none) {
      return none.errno().negated();
    }
    long first = Amount.parse("bytes", words.get(2));
    long length = truncates ? 0 : Amount.parse("bytes", words.get(3));
    if (((first | length) & (mount.pageSize() - 1)) != 0) {
      return Errno.EINVAL.negated();
    }
    mount.pages(inode); // the file has its pages from here on, also if nobody has mapped it yet
    if (truncates) {
      inode.truncate(first);
    } else {
      inode.punchHole(Pages.count(first), Pages.count(first + length));
    }
    return 0;
  }

  /** {@inheritDoc} Those of all other mounts of the machine's pool are checked, too. */
  @Override
  public void verify() {
    tree.verify();
    mount.pool().verify();
  }

  @Override
  public SortedMap<String, Long> counters() {
    SortedMap<String, Long> counters = new TreeMap<>();
    counters.put("reserved", mount.pool().counts(mount.pageSize()).reserved());
    counters.put("in use", inUse());
    counters.put("share used", mount.subpool().used());
    counters.put("share kept", mount.subpool().reserved());
    counters.put("charged", mount.group().charged());
    counters.put("private maps", (long) mount.privateMaps());
    counters.put("VMA locks", (long) mount.vmaLocks());
    return counters;
  }

  private long inUse() {
    return mount.pool().counts(mount.pageSize()).total()
        - mount.pool().counts(mount.pageSize()).free();
  }

  /** {@inheritDoc} With reservations that a hook has lost it stays as it is, like a busy mount. */
  @Override
  public void close() {
    tree.close();
    try {
      mount.unmount();
    } catch (ErrnoException busy) {
      return;
    }
    share.giveBack();
  }
}
