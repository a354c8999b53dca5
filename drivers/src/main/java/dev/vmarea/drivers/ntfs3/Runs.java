// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.ErrnoException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Which clusters of the volume a file has, by its own clusters; where there is none is a hole. Read
 * by anybody, changed under the file's lock.
 */
final class Runs {
  private final Clusters clusters;
  private final ConcurrentSkipListMap<Long, Integer> map = new ConcurrentSkipListMap<>();

  Runs(Clusters clusters) {
    this.clusters = clusters;
  }

  /** The clusters in use; a copy. */
  Collection<Integer> all() {
    return List.copyOf(map.values());
  }

  private long first(long bytes) {
    return bytes / clusters.size();
  }

  private long end(long bytes) {
    return (bytes + clusters.size() - 1) / clusters.size();
  }

  /** Whether every byte of [from, to) has a cluster. */
  boolean covers(long from, long to) {
    return map.subMap(first(from), end(to)).size() == Math.max(0, end(to) - first(from));
  }

  /**
   * Fills the holes of [from, to), bytes, one cluster at a time.
   *
   * @param zeroed whether new clusters are written full of zeroes
   * @throws ErrnoException ENOSPC when the volume is full; clusters that were taken before stay
   */
  void allocate(long from, long to, boolean zeroed) throws ErrnoException {
    for (long index = first(from); index < end(to); index++) {
      if (!map.containsKey(index)) {
        int cluster = clusters.allocate();
        if (zeroed) {
          Arrays.fill(clusters.contents(cluster), (byte) 0);
        }
        map.put(index, cluster);
      }
    }
  }

  /** Gives back the clusters behind the first {@code bytes}. */
  void truncate(long bytes) {
    var gone = map.tailMap(end(bytes), true);
    gone.values().forEach(clusters::free);
    gone.clear();
  }

  /** Reads from {@code offset} (bytes) on; holes are zeroes. */
  void read(long offset, byte[] target) {
    transfer(offset, target, false);
  }

  /** Writes from {@code offset} (bytes) on; what falls into holes is lost. */
  void write(long offset, byte[] source) {
    transfer(offset, source, true);
  }

  private void transfer(long offset, byte[] bytes, boolean write) {
    for (int done = 0; done < bytes.length; ) {
      int within = (int) ((offset + done) % clusters.size());
      int piece = Math.min(bytes.length - done, clusters.size() - within);
      Integer cluster = map.get(first(offset + done));
      if (cluster != null && write) {
        System.arraycopy(bytes, done, clusters.contents(cluster), within, piece);
      } else if (cluster != null) {
        System.arraycopy(clusters.contents(cluster), within, bytes, done, piece);
      }
      done += piece;
    }
  }
}
