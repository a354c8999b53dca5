// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shm;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.stacked.HostFile;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Segments of a machine whose files have the hook of a variant. */
public final class ShmModel implements UserModel {
  private static final String KNOWN = "known: rmid ID, create ID, refuse ID, accept ID";
  private static final int PRIVATE = 0;

  private final Machine machine;
  private final Variant variant;
  private final long bytes;
  private final FileTree<HostFile> files;
  private final List<Segment> segments = new ArrayList<>();

  private record Segment(SharedSegment shared, HostFile host, OpenFile file) {
    void verify() {
      Set<OpenFile> attached = Collections.newSetFromMap(new IdentityHashMap<>());
      long vmas =
          Invariant.vmas(
              host.inode(),
              vma -> {
                OpenFile one = vma.file();
                if (one != null) {
                  attached.add(one);
                }
                return one != null;
              });
      Invariant.equal("attachments of segment " + shared.id(), shared.attachments(), vmas);
      boolean ends = shared.isRemoved() && vmas == 0;
      Invariant.holds(shared.isDestroyed() == ends, "a removed segment ends with its last VMA");
      Invariant.equal(
          "references to the file of segment " + shared.id(),
          file.references(),
          attached.size() + (ends ? 0 : 1));
    }
  }

  ShmModel(Machine machine, Variant variant, int count, long bytes) {
    this.machine = machine;
    this.variant = variant;
    this.bytes = bytes;
    this.files = FileTree.writable(() -> HostFile.regular(variant));
    for (int id = 1; id <= count; id++) {
      make(id, PRIVATE, bytes);
    }
  }

  private void make(int id, int key, long size) {
    HostFile host = HostFile.regular(variant);
    OpenFile file = files.openUnnamed(host, SharedSegment.nameOf(key));
    host.inode().size(size);
    SharedSegment shared = new SharedSegment(id, key, size, file);
    machine.segments().add(shared);
    segments.add(new Segment(shared, host, file));
  }

  /**
   * A new segment, such as a log tells of; nothing is charged for it. It takes the place of one
   * with the same id.
   *
   * @param id shmid, 0 or more
   * @param key names it among all processes; 0 (IPC_PRIVATE) if it has none
   * @param size bytes, at least 1
   * @throws IllegalArgumentException if the id or the size is none
   */
  public synchronized void create(int id, int key, long size) {
    if (id < 0 || size <= 0) {
      throw new IllegalArgumentException("a segment " + id + " of " + size + " bytes");
    }
    make(id, key, size);
  }

  @Override
  public UserKind kind() {
    return ShmKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /**
   * The segment that was made last with this id.
   *
   * @throws IllegalArgumentException if there was none
   */
  public SharedSegment segment(int id) {
    return last(id).shared();
  }

  private synchronized Segment last(int id) {
    return segments.reversed().stream()
        .filter(segment -> segment.shared().id() == id)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no segment " + id));
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException ENOENT always: segments have ids, not paths
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    throw Errno.ENOENT.failure();
  }

  /**
   * "rmid ID": shmctl(IPC_RMID); EINVAL if the segment is no more. "create ID": a new segment has
   * the id. "refuse ID": the segment's file says ENOMEM to all mappings from now on, until "accept
   * ID".
   */
  @Override
  public synchronized long control(List<String> words) {
    if (words.size() != 2) {
      throw new IllegalArgumentException(KNOWN);
    }
    int id = Integer.parseInt(words.get(1));
    switch (words.getFirst()) {
      case "create" -> make(id, PRIVATE, bytes);
      case "rmid" -> {
        SharedSegment segment = machine.segments().find(id);
        if (segment == null) {
          return Errno.EINVAL.negated();
        }
        segment.remove();
      }
      case "refuse" -> last(id).host().refuse(Errno.ENOMEM);
      case "accept" -> last(id).host().refuse(null);
      default -> throw new IllegalArgumentException(KNOWN);
    }
    return 0;
  }

  @Override
  public synchronized SortedMap<String, Long> counters() {
    long all = segments.stream().mapToLong(segment -> segment.shared().attachments()).sum();
    return new TreeMap<>(Map.of("attachments", all));
  }

  /** Attachments are counted by VMAs, segments end when they should, and so do their files. */
  @Override
  public synchronized void verify() {
    segments.forEach(Segment::verify);
    files.verify();
  }

  /** {@inheritDoc} Nobody attaches the segments any more, so they are removed. */
  @Override
  public void quiesce() {
    close();
  }

  /** All segments are removed; those that are attached end later. */
  @Override
  public synchronized void close() {
    segments.forEach(segment -> {
      if (!segment.shared().isRemoved()) {
        segment.shared().remove();
      }
    });
  }
}
