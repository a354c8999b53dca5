// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.PlainFile;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FileTreeTest {
  private static final int NEW = OpenFile.O_RDWR | FileTree.O_CREAT;

  private final List<TreeFile> evicted = new ArrayList<>();
  private final FileTree<TreeFile> tree = FileTree.writable(Kept::new);

  private final class Kept extends TreeFile {
    Kept() {
      super(new Inode(Inode.Type.REGULAR, new FileSystem("tmpfs", false, false)));
    }

    @Override
    public FileOperations operations() {
      return PlainFile.DEFAULT;
    }

    @Override
    protected void evict() {
      evicted.add(this);
    }
  }

  @AfterEach
  void verify() {
    tree.verify();
  }

  private static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call).isEqualTo(errno.failure());
  }

  @Test
  void twoOpensAreOneFile() throws ErrnoException {
    OpenFile first = tree.open("/t/a", NEW);
    OpenFile second = tree.open("/t/a", NEW);

    assertThat(second.inode()).isSameAs(first.inode()).isSameAs(tree.find("/t/a").inode());
    assertThat(tree.openFiles()).isEqualTo(2);
    assertThat(first.inode().links()).isEqualTo(1);
  }

  @Test
  void errors() throws ErrnoException {
    tree.open("/t/a", NEW);
    assertRefused(Errno.ENOENT, () -> tree.open("/t/b", OpenFile.O_RDWR));
    assertRefused(Errno.ENOENT, () -> tree.unlink("/t/b"));
    assertRefused(Errno.EEXIST, () -> tree.open("/t/a", NEW | FileTree.O_EXCL));
    assertRefused(Errno.EEXIST, () -> tree.link("/t/a", "/t/a"));
  }

  @Test
  void aFileLivesWhileANameOrAnOpenFileLeadsToIt() throws ErrnoException {
    OpenFile open = tree.open("/t/a", NEW);
    tree.link("/t/a", "/t/b");
    assertThat(open.inode().links()).isEqualTo(2);

    tree.unlink("/t/a");
    assertThat(open.entry().display()).isEqualTo("/t/a (deleted)");
    open.put();
    assertThat(evicted).isEmpty();
    TreeFile file = tree.find("/t/b");
    tree.unlink("/t/b");
    assertThat(evicted).containsExactly(file);
    assertThat(tree.files()).isEmpty();
  }

  @Test
  void theLastOpenFileOfAnUnlinkedFileEvictsIt() throws ErrnoException {
    OpenFile open = tree.openUnnamed(new Kept(), "/memfd:x");
    OpenFile named = tree.open("/t/a", NEW);
    tree.unlink("/t/a");
    assertThat(evicted).isEmpty();
    open.put();
    named.put();
    assertThat(evicted).hasSize(2);
  }

  @Test
  void truncationNeedsWriteAccess() throws ErrnoException {
    OpenFile open = tree.open("/t/a", NEW);
    open.inode().truncate(100);
    tree.open("/t/a", OpenFile.O_RDONLY | FileTree.O_TRUNC);
    assertThat(open.inode().size()).isEqualTo(100);
    tree.open("/t/a", OpenFile.O_WRONLY | FileTree.O_TRUNC);
    assertThat(open.inode().size()).isZero();
  }

  @Test
  void unmountingLeavesWhatIsOpen() throws ErrnoException {
    tree.open("/t/a", NEW).put();
    OpenFile open = tree.open("/t/b", NEW);
    tree.close();
    assertThat(evicted).hasSize(1);
    assertRefused(Errno.ENOENT, () -> tree.open("/t/b", NEW));
    open.put();
    assertThat(evicted).hasSize(2);
  }

  @Test
  void aReadOnlyTreeIsNotWrittenTo() throws ErrnoException {
    FileTree<TreeFile> image = FileTree.readOnly();
    image.add("/i/a", new Kept());
    image.open("/i/a", OpenFile.O_RDONLY);
    assertRefused(Errno.EROFS, () -> image.open("/i/a", OpenFile.O_RDWR));
    assertRefused(Errno.EROFS, () -> image.open("/i/b", FileTree.O_CREAT));
    assertRefused(Errno.EROFS, () -> image.unlink("/i/a"));
  }
}
