// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.vma.OpenFile;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A mounted image. */
public final class Cramfs implements UserModel {
  private final Variant variant;
  private final Rom rom;
  private final Map<String, CramfsFile> image = new HashMap<>();
  private final FileTree<CramfsFile> tree = FileTree.readOnly();

  Cramfs(Variant variant, Rom rom, Map<Layout, ImageBuilder.Entry> entries) {
    this.variant = variant;
    this.rom = rom;
    entries.forEach((layout, entry) ->
        image.put(layout.name().toLowerCase(Locale.ROOT), new CramfsFile(variant, rom, entry)));
  }

  @Override
  public UserKind kind() {
    return CramfsKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** The frames that the image is in. */
  public PfnRange frames() {
    return rom.frames();
  }

  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    lookUp(path);
    return tree.open(path, flags);
  }

  /** A name of the image is known from when it is first asked for. */
  private synchronized void lookUp(String path) {
    CramfsFile file = image.remove(path.substring(path.lastIndexOf('/') + 1));
    if (file != null) {
      tree.add(path, file);
    }
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    lookUp(path);
    tree.unlink(path);
  }

  /** "drop": its pages leave memory, as drop_caches does; they can be read again. */
  @Override
  public long control(List<String> words) {
    if (!words.equals(List.of("drop"))) {
      return UserModel.super.control(words);
    }
    quiesce();
    return 0;
  }

  @Override
  public void quiesce() {
    tree.files().forEach(file -> file.inode().pageCache().drop(0, -1));
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(Map.of("open files", tree.openFiles()));
  }

  @Override
  public void verify() {
    tree.verify();
    tree.files().forEach(CramfsFile::verify);
  }

  @Override
  public void close() {
    tree.close();
    rom.detach();
  }
}
