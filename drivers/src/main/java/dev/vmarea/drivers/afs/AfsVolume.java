// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** A mounted volume of the server, empty at first. */
public final class AfsVolume implements UserModel {
  private final Variant variant;
  private final MappedFiles mappedFiles = new MappedFiles();
  private final FileTree<AfsVnode> tree;

  AfsVolume(Variant variant, Function<AfsVnode, AfsFile> hooks) {
    this.variant = variant;
    this.tree = FileTree.writable(() -> new AfsVnode(mappedFiles, hooks));
  }

  @Override
  public UserKind kind() {
    return AfsKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /**
   * {@inheritDoc} The server promises to call back.
   *
   * @throws ErrnoException as {@link FileTree#open}
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    OpenFile file = tree.open(path, flags);
    tree.find(path).promise();
    return file;
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    tree.unlink(path);
  }

  /**
   * The file with this path.
   *
   * @throws ErrnoException ENOENT without it
   */
  public AfsVnode vnode(String path) throws ErrnoException {
    return tree.find(path);
  }

  /**
   * "break PATH": somebody else has changed the file, and the server calls back. "restart": the
   * server has forgotten all promises; files that are mapped are found in the list.
   */
  @Override
  public long control(List<String> words) {
    if (words.size() == 2 && words.getFirst().equals("break")) {
      try {
        vnode(words.get(1)).breakPromise();
      } catch (ErrnoException e) {
        return e.errno().negated();
      }
    } else if (words.equals(List.of("restart"))) {
      mappedFiles.all().forEach(AfsVnode::breakPromise);
    } else {
      return UserModel.super.control(words);
    }
    return 0;
  }

  @Override
  public void verify() {
    tree.verify();
    tree.files().forEach(AfsVnode::verify);
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(
        Map.of(
            "open files", tree.openFiles(),
            "open mmaps", mappedFiles.total(),
            "mapped files", (long) mappedFiles.all().size()));
  }

  @Override
  public void close() {
    tree.close();
  }
}
