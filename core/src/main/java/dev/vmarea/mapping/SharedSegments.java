// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The System V shared-memory segments of a machine, by shmid. Thread-safe. */
public final class SharedSegments {
  private final ConcurrentHashMap<Integer, SharedSegment> segments = new ConcurrentHashMap<>();
  private final SegmentIds ids = new SegmentIds(); // guarded by this
  private final SharedBacking backing;

  /** None at first; their files are made by {@code backing}. */
  public SharedSegments(SharedBacking backing) {
    this.backing = backing;
  }

  /** Makes the files of segments. */
  SharedBacking backing() {
    return backing;
  }

  /**
   * A segment of tmpfs with this id, for which nothing is charged, such as one that a log tells of;
   * not yet known.
   *
   * @param key names it among all processes, or 0
   * @param size bytes
   * @throws ErrnoException ENOSPC without an inode for its file
   */
  public SharedSegment make(int id, int key, long size) throws ErrnoException {
    return new SharedSegment(id, key, size, backing.shmem(SharedSegment.nameOf(key), size, true));
  }

  /**
   * The same, and makes it known; replaces one with the same id.
   *
   * @throws IllegalStateException without an inode for its file
   */
  public SharedSegment add(int id, int key, long size) {
    try {
      return add(make(id, key, size));
    } catch (ErrnoException refused) {
      throw new IllegalStateException("no file for a segment", refused);
    }
  }

  /** Makes a segment known; replaces one with the same id. */
  public SharedSegment add(SharedSegment segment) {
    segments.put(segment.id(), segment);
    return segment;
  }

  /** All that are not destroyed, in no order. */
  public List<SharedSegment> all() {
    return segments.values().stream().filter(segment -> !segment.isDestroyed()).toList();
  }

  /** The segment, or null if there is none or it has been destroyed. */
  public @Nullable SharedSegment find(int id) {
    SharedSegment segment = segments.get(id);
    return segment == null || segment.isDestroyed() ? null : segment;
  }

  /** The segment that a key names, or null. */
  synchronized @Nullable SharedSegment named(int key) {
    for (SharedSegment segment : segments.values()) {
      if (segment.key() == key && !segment.isRemoved()) {
        return segment;
      }
    }
    return null;
  }

  /**
   * Makes a segment with a new id.
   *
   * @param file what it shows; the reference to it becomes the segment's
   * @throws ErrnoException ENOSPC if there are too many
   */
  synchronized SharedSegment create(int key, long size, OpenFile file) throws ErrnoException {
    int id;
    do {
      id = ids.take();
      if (id < 0) {
        throw Errno.ENOSPC.failure();
      }
    } while (segments.containsKey(id)); // somebody added it by its number
    SharedSegment segment = new SharedSegment(id, key, size, file);
    segment.whenDestroyed(() -> forget(segment));
    return add(segment);
  }

  private synchronized void forget(SharedSegment segment) {
    segments.remove(segment.id(), segment);
    ids.give(segment.id());
  }
}
