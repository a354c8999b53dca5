// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.stacked.HostFile;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A mount of Coda, and the file system that Venus keeps its containers in. */
public final class CodaModel implements UserModel {
  private static final String KNOWN =
      "known: container FILE NAME, unmappable FILE NAME, flush NAME, refuse FILE, accept FILE,"
          + " broken NAME, repaired NAME";

  private final Machine machine;
  private final Variant variant;
  private final long bytes;
  private final FileTree<HostFile> containers;
  private final Map<String, CodaInode> files = new HashMap<>();

  CodaModel(Machine machine, Variant variant, long bytes) {
    this.machine = machine;
    this.variant = variant;
    this.bytes = bytes;
    this.containers = FileTree.writable(() -> HostFile.regular(variant));
  }

  @Override
  public UserKind kind() {
    return CodaKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  private synchronized CodaInode file(String path) {
    return files.computeIfAbsent(path, one -> new CodaInode("container of " + one));
  }

  /** How often open files of the one at {@code path} were mapped ({@code c_mapcount}). */
  public int mapCount(String path) {
    return file(path).mapCount();
  }

  /** VMAs that share the Coda callbacks of {@code vma}; 0 if it has none. */
  public static int wrapperReferences(Vma vma) {
    return vma.ops() instanceof CodaOperations own ? own.references() : 0;
  }

  /** Opens the file, whose container is fetched now if there is none yet. */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    CodaInode file = file(path);
    OpenFile host = container(file.container());
    file.inode().size(host.inode().size());
    return new OpenFile(
        file.inode(), new DirectoryEntry(path), flags, new CodaFile(machine.kernel(), file, host));
  }

  private OpenFile container(String name) throws ErrnoException {
    OpenFile host = containers.open(name, FileTree.O_CREAT | OpenFile.O_RDWR);
    if (host.inode().size() == 0) {
      host.inode().size(bytes);
    }
    return host;
  }

  /**
   * "container FILE NAME": opens of FILE get the container NAME from now on. "unmappable FILE
   * NAME": the same, and that container is a file that cannot be mapped. "flush NAME": Venus throws
   * the container NAME away, which goes when nobody has it open. "refuse FILE": Venus says EACCES
   * when asked whether FILE may be mapped, until "accept FILE". "broken NAME": the container says
   * ENOMEM to all mappings, until "repaired NAME".
   */
  @Override
  public long control(List<String> words) {
    try {
      return control(words.getFirst(), words.get(1), words.size() == 3 ? words.get(2) : "");
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  private long control(String what, String object, String name) throws ErrnoException {
    switch (what) {
      case "container" -> file(object).container(name);
      case "unmappable" -> {
        containers.add(name, HostFile.unmappable());
        file(object).container(name);
      }
      case "refuse" -> file(object).refuse(Errno.EACCES);
      case "accept" -> file(object).refuse(null);
      case "broken" -> containers.find(name(object)).refuse(Errno.ENOMEM);
      case "flush" -> containers.unlink(name(object));
      case "repaired" -> containers.find(name(object)).refuse(null);
      default -> throw new IllegalArgumentException(KNOWN);
    }
    return 0;
  }

  /**
   * unlink(2): the file's container goes when nobody has it open.
   *
   * @throws ErrnoException ENOENT if it has none
   */
  @Override
  public void unlink(String path) throws ErrnoException {
    containers.unlink(name(path));
  }

  /** A container by its own name, or by that of the Coda file it was made for. */
  private synchronized String name(String object) {
    CodaInode file = files.get(object);
    return file == null ? object : file.container();
  }

  @Override
  public synchronized SortedMap<String, Long> counters() {
    long mapped = files.values().stream().mapToLong(CodaInode::mapCount).sum();
    return new TreeMap<>(Map.of("mappings", mapped, "open containers", containers.openFiles()));
  }

  /** Counts of mappings add up; each callback table counts the VMAs that have it. */
  @Override
  public void verify() {
    synchronized (this) {
      files.values().forEach(CodaInode::verify);
    }
    containers.verify();
    containers.files().forEach(CodaModel::verifyWrappers);
  }

  private static void verifyWrappers(HostFile host) {
    IdentityHashMap<CodaOperations, Integer> counts = new IdentityHashMap<>();
    Set<Vma> others = Collections.newSetFromMap(new IdentityHashMap<>());
    host.inode()
        .reverseMap()
        .walk(vma -> {
          if (vma.ops() instanceof CodaOperations own) {
            counts.merge(own, 1, Integer::sum);
          } else {
            others.add(vma);
          }
        });
    counts.forEach(
        (own, vmas) -> Invariant.equal("references to callbacks", own.references(), vmas));
    Invariant.equal("mappings of a container without Coda's callbacks", others.size(), 0);
  }

  @Override
  public void close() {
    containers.close();
  }
}
