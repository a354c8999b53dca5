// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.stacked.HostFile;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.files.FileContents;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A mount of overlayfs over two layers. */
public final class OverlayModel implements UserModel {
  private static final int CHUNK = 1 << 16;
  private static final long NEW_BYTES = 4 * Pages.SIZE;
  private static final String KNOWN =
      "known: fill FILE BYTE, unmappable FILE, deny FILE, allow FILE, broken FILE, repaired FILE,"
          + " remove FILE";

  private final Machine machine;
  private final Variant variant;
  private final Layer lower;
  private final Layer upper;
  private final MounterCredentials credentials = new MounterCredentials();
  private final Map<String, OverlayInode> files = new HashMap<>();

  OverlayModel(Machine machine, Variant variant, Layer lower, Layer upper) {
    this.machine = machine;
    this.variant = variant;
    this.lower = lower;
    this.upper = upper;
  }

  @Override
  public UserKind kind() {
    return OverlayKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private synchronized OverlayInode file(String name) {
    return files.computeIfAbsent(name, unseen -> new OverlayInode());
  }

  /** How often the file was used, which stands for its access time. */
  public long accesses(String name) {
    return file(name).accesses();
  }

  /** How often a mapping call had the mounter's credentials. */
  public long credentialsTaken() {
    return credentials.taken();
  }

  /**
   * Opens the file of the upper layer, else that of the lower one; which is copied up if it is
   * opened for writing.
   *
   * @throws ErrnoException ENOENT in neither, without O_CREAT; what the layers say
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    String name = name(path);
    OpenFile real = real(name, flags);
    OverlayInode inode = file(name);
    inode.inode().size(real.inode().size());
    OpenFile file =
        new OpenFile(
            inode.inode(),
            new DirectoryEntry(path),
            flags,
            new OverlayFile(inode, real, credentials));
    real.shownAs(file);
    return file;
  }

  private OpenFile real(String name, int flags) throws ErrnoException {
    int plain = flags & ~(FileTree.O_CREAT | FileTree.O_EXCL);
    try {
      return upper.open(name, plain);
    } catch (ErrnoException notThere) {
      if (notThere.errno() != Errno.ENOENT) {
        throw notThere;
      }
    }
    OpenFile below;
    try {
      below = lower.open(name, OpenFile.O_RDWR);
    } catch (ErrnoException notThere) {
      if (notThere.errno() != Errno.ENOENT || (flags & FileTree.O_CREAT) == 0) {
        throw notThere;
      }
      return upper.open(name, flags);
    }
    boolean writes = (flags & OpenFile.O_ACCMODE) != OpenFile.O_RDONLY;
    if (!writes || below.inode().type() != Inode.Type.REGULAR) {
      return below;
    }
    try {
      copyUp(name, below.inode());
    } finally {
      below.put();
    }
    return upper.open(name, plain);
  }

  private void copyUp(String name, Inode from) throws ErrnoException {
    OpenFile copy = upper.open(name, FileTree.O_CREAT | OpenFile.O_RDWR);
    try {
      FileContents source = new FileContents(from, machine.kernel().memory());
      FileContents target = new FileContents(copy.inode(), machine.kernel().memory());
      byte[] chunk = new byte[CHUNK];
      long at = 0;
      int read = source.read(at, chunk, 0, CHUNK);
      while (read > 0) {
        target.write(at, chunk, 0, read);
        at += read;
        read = source.read(at, chunk, 0, CHUNK);
      }
    } finally {
      copy.put();
    }
  }

  /**
   * Of layers of its own: "fill FILE BYTE" makes a file of four such pages in the lower layer,
   * "unmappable FILE" one that cannot be mapped; the real file FILE says ENOMEM to mappings after
   * "broken FILE", until "repaired FILE"; "remove FILE" takes it out of its layers. Of any: after
   * "deny FILE" a security module does not let FILE be mapped (EACCES), until "allow FILE".
   */
  @Override
  public long control(List<String> words) {
    if (words.size() < 2) {
      throw new IllegalArgumentException(KNOWN);
    }
    String name = words.get(1);
    try {
      switch (words.getFirst()) {
        case "deny" -> file(name).deny(true);
        case "allow" -> file(name).deny(false);
        case "fill" -> fill(name, words.size() > 2 ? Integer.parseInt(words.get(2)) : 0);
        case "unmappable" -> own(lower).add(name, HostFile.unmappable());
        case "broken" -> refuse(name, Errno.ENOMEM);
        case "repaired" -> refuse(name, null);
        case "remove" -> remove(name);
        default -> throw new IllegalArgumentException(KNOWN);
      }
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  private static FileTree<HostFile> own(Layer layer) {
    if (layer instanceof Layer.Own own) {
      return own.files();
    }
    throw new IllegalArgumentException("the layer is somebody else's: change it there");
  }

  private void fill(String name, int value) throws ErrnoException {
    OpenFile file = own(lower).open(name, FileTree.O_CREAT | OpenFile.O_RDWR);
    try {
      byte[] bytes = new byte[(int) NEW_BYTES];
      Arrays.fill(bytes, (byte) value);
      new FileContents(file.inode(), machine.kernel().memory()).write(0, bytes, 0, bytes.length);
    } finally {
      file.put();
    }
  }

  /**
   * unlink(2): the file is taken out of its layers.
   *
   * @throws ErrnoException ENOENT without it; EROFS if a layer is somebody else's
   */
  @Override
  public void unlink(String path) throws ErrnoException {
    if (!(lower instanceof Layer.Own && upper instanceof Layer.Own)) {
      throw Errno.EROFS.failure();
    }
    remove(name(path));
  }

  private interface Change {
    void of(FileTree<HostFile> layer) throws ErrnoException;
  }

  private void refuse(String name, @Nullable Errno error) throws ErrnoException {
    inEach(name, layer -> layer.find(name).refuse(error));
  }

  private void remove(String name) throws ErrnoException {
    inEach(name, layer -> layer.unlink(name));
  }

  private void inEach(String name, Change change) throws ErrnoException {
    int found = 0;
    for (Layer layer : List.of(upper, lower)) {
      FileTree<HostFile> tree = own(layer);
      if (has(tree, name)) {
        change.of(tree);
        found++;
      }
    }
    if (found == 0) {
      throw Errno.ENOENT.failure();
    }
  }

  private static boolean has(FileTree<HostFile> tree, String name) {
    try {
      tree.find(name);
      return true;
    } catch (ErrnoException none) {
      return false;
    }
  }

  @Override
  public SortedMap<String, Long> counters() {
    SortedMap<String, Long> counters = new TreeMap<>(Map.of("credentials", credentials.held()));
    long open = 0;
    for (Layer layer : List.of(lower, upper)) {
      open += layer instanceof Layer.Own own ? own.files().openFiles() : 0;
    }
    counters.put("open real files", open);
    return counters;
  }

  /** Credentials are restored, nothing maps the overlay's own files, layers are in order. */
  @Override
  public synchronized void verify() {
    Invariant.equal("callers with the mounter's credentials", credentials.held(), 0);
    files.forEach(
        (name, file) -> Invariant.equal("mappings of " + name + " itself", vmas(file), 0));
    for (Layer layer : List.of(lower, upper)) {
      if (layer instanceof Layer.Own own) {
        own.files().verify();
      }
    }
  }

  private static long vmas(OverlayInode file) {
    return Invariant.vmas(file.inode(), vma -> true);
  }

  @Override
  public void close() {
    for (Layer layer : List.of(lower, upper)) {
      if (layer instanceof Layer.Own own) {
        own.files().close();
      }
    }
  }
}
