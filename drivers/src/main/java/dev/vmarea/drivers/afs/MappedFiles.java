// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a volume that are mapped, each with the number of its mappings ({@code open_mmaps}
 * and {@code cb_nr_mmap}): the first mapping puts a file in, the last takes it out. Thread-safe.
 */
final class MappedFiles {
  private final Map<AfsVnode, Long> counts = new LinkedHashMap<>();

  synchronized void add(AfsVnode vnode) {
    change(vnode, 1);
  }

  synchronized void drop(AfsVnode vnode) {
    change(vnode, -1);
  }

  private void change(AfsVnode vnode, long by) {
    long count = openMmaps(vnode) + by;
    if (count == 0) {
      counts.remove(vnode);
    } else {
      counts.put(vnode, count);
    }
  }

  synchronized long openMmaps(AfsVnode vnode) {
    return counts.getOrDefault(vnode, 0L);
  }

  /** The files; a copy. */
  synchronized List<AfsVnode> all() {
    return List.copyOf(counts.keySet());
  }

  /** Mappings of all of them. */
  synchronized long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
