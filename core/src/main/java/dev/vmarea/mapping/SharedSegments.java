// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The System V shared-memory segments of a machine, by shmid. Thread-safe. */
public final class SharedSegments {
  private final ConcurrentHashMap<Integer, SharedSegment> segments = new ConcurrentHashMap<>();

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
}
