// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.OpenFile;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A mounted volume. */
public final class Ntfs3 implements UserModel {
  private final PhysicalMemory memory;
  private final Variant variant;
  private final Clusters clusters;
  private final FileTree<NtfsFile> tree = FileTree.writable(() -> new NtfsFile(this));
  private volatile boolean shutDown;

  Ntfs3(PhysicalMemory memory, Variant variant, int count, int clusterSize) {
    this.memory = memory;
    this.variant = variant;
    this.clusters = new Clusters(count, clusterSize);
  }

  PhysicalMemory memory() {
    return memory;
  }

  Clusters clusters() {
    return clusters;
  }

  boolean isShutDown() {
    return shutDown;
  }

  @Override
  public UserKind kind() {
    return Ntfs3Kind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EIO after a forced shutdown; else as {@link FileTree#open}
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    if (shutDown) {
      throw Errno.EIO.failure();
    }
    return tree.open(path, flags);
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    tree.unlink(path);
  }

  /**
   * The file at a path.
   *
   * @throws ErrnoException ENOENT without it
   */
  public NtfsFile file(String path) throws ErrnoException {
    return tree.find(path);
  }

  /**
   * "attribute PATH sparse|compressed|encrypted|dedup": the file is so from now on. "lock PATH",
   * "unlock PATH": a writer has the inode's lock meanwhile; EAGAIN if somebody has. "writeback
   * PATH": its pages go to disk and out of memory. "shutdown": the volume is shut down by force.
   */
  @Override
  public long control(List<String> words) {
    try {
      switch (words.getFirst() + " " + words.size()) {
        case "attribute 3" -> file(words.get(1)).set(Attribute.of(words.get(2)));
        case "lock 2" -> {
          if (!file(words.get(1)).lockByWriter()) {
            throw Errno.EAGAIN.failure();
          }
        }
        case "unlock 2" -> file(words.get(1)).unlockByWriter();
        case "writeback 2" -> file(words.get(1)).writeBack();
        case "shutdown 1" -> shutDown = true;
        default -> {
          return UserModel.super.control(words);
        }
      }
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(Map.of("open files", tree.openFiles(), "clusters", clusters.used()));
  }

  @Override
  public void verify() {
    tree.verify();
    Set<Integer> taken = new HashSet<>();
    for (NtfsFile file : tree.files()) {
      file.verify();
      for (int cluster : file.clusters()) {
        Invariant.holds(taken.add(cluster), "a cluster of two files");
      }
    }
    Invariant.equal("clusters in use", clusters.used(), taken.size());
  }

  @Override
  public void close() {
    tree.close();
  }
}
