// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A mounted tmpfs. */
public final class ShmemMount implements UserModel {
  /** What names of memfds begin with. */
  public static final String MEMFD = "memfd:";

  private final Variant variant;
  private final ShmemBlocks blocks;
  private final FileTree<ShmemNode> tree = FileTree.writable(this::node);

  /**
   * An empty one.
   *
   * @param bytes how much its files may have in memory, whole pages; 0 for no limit
   */
  ShmemMount(Variant variant, long bytes) {
    this.variant = variant;
    this.blocks = new ShmemBlocks(Pages.count(bytes));
  }

  private ShmemNode node() {
    return new ShmemNode(variant, blocks);
  }

  @Override
  public UserKind kind() {
    return ShmemKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Below {@code memfd:} every call makes a new file without a name, for reading and writing, as
   * memfd_create(2) does; flags are its flags.
   *
   * @throws ErrnoException as {@link FileTree#open}; for a memfd EINVAL as {@link
   *     MemoryFiles#checkMemfdFlags} or for a longer name, ENOSYS for huge pages
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    return path.startsWith(MEMFD) ? memfd(path, flags) : tree.open(path, flags);
  }

  private OpenFile memfd(String path, int flags) throws ErrnoException {
    MemoryFiles.checkMemfdFlags(flags);
    if (path.length() - MEMFD.length() > MemoryFiles.MFD_NAME_MAX) {
      throw Errno.EINVAL.failure();
    }
    if ((flags & MemoryFiles.MFD_HUGETLB) != 0) {
      throw Errno.ENOSYS.failure();
    }
    ShmemNode node = node();
    node.inode().seals(MemoryFiles.firstSeals(flags));
    return tree.openUnnamed(node, "/" + path);
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    tree.unlink(path);
  }

  /**
   * How often the file was used, which stands for its access time.
   *
   * @throws ErrnoException ENOENT without it
   */
  public long accesses(String path) throws ErrnoException {
    return tree.find(path).accesses();
  }

  /** "link PATH PATH": a file gets another name. */
  @Override
  public long control(List<String> words) {
    if (words.size() != 3 || !words.getFirst().equals("link")) {
      return UserModel.super.control(words);
    }
    try {
      tree.link(words.get(1), words.get(2));
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(Map.of("open files", tree.openFiles(), "blocks", blocks.used()));
  }

  @Override
  public SortedMap<String, Long> traces() {
    long accesses = tree.files().stream().mapToLong(ShmemNode::accesses).sum();
    return new TreeMap<>(Map.of("accesses", accesses));
  }

  @Override
  public void verify() {
    tree.verify();
    List<ShmemNode> nodes = tree.files();
    nodes.forEach(ShmemNode::verify);
    long pages = nodes.stream().mapToLong(node -> node.inode().pageCache().pages().size()).sum();
    Invariant.equal("blocks of tmpfs", blocks.used(), pages);
  }

  @Override
  public void close() {
    tree.close();
  }
}
