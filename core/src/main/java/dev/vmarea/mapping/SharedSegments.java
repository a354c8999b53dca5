// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The System V shared-memory segments of a machine, by shmid. Thread-safe. */
public final class SharedSegments {
  private final ConcurrentHashMap<Integer, SharedSegment> segments = new ConcurrentHashMap<>();
  private final SegmentIds ids = new SegmentIds(); // guarded by this

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
   * @param whenDestroyed what is to be done when it ends
   * @throws ErrnoException ENOSPC if there are too many
   */
  synchronized SharedSegment create(int key, long size, Runnable whenDestroyed)
      throws ErrnoException {
    int id;
    do {
      id = ids.take();
      if (id < 0) {
        throw Errno.ENOSPC.failure();
      }
    } while (segments.containsKey(id)); // somebody added it by its number
    SharedSegment segment = new SharedSegment(id, key, size);
    segment.whenDestroyed(() -> {
      forget(segment);
      whenDestroyed.run();
    });
    return add(segment);
  }

  private synchronized void forget(SharedSegment segment) {
    segments.remove(segment.id(), segment);
    ids.give(segment.id());
  }
}
