// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The clusters of a volume and their bytes, which are what somebody left there until they are
 * written. Thread-safe, but for what one writes while another reads the same cluster.
 */
final class Clusters {
  /** What a cluster that nobody has written to is full of. */
  static final byte STALE = (byte) 0xe5;

  private final int size;
  private final byte[][] contents;
  private final BitSet used = new BitSet();

  /** {@code count} clusters of {@code size} bytes, all free. */
  Clusters(int count, int size) {
    this.size = size;
    this.contents = new byte[count][];
  }

  /** Bytes of one. */
  int size() {
    return size;
  }

  /** How many are in use. */
  synchronized long used() {
    return used.cardinality();
  }

  /**
   * Takes a free one, with the bytes it has.
   *
   * @return its number
   * @throws ErrnoException ENOSPC if none is free
   */
  synchronized int allocate() throws ErrnoException {
    int free = used.nextClearBit(0);
    if (free >= contents.length) {
      throw Errno.ENOSPC.failure();
    }
    used.set(free);
    return free;
  }

  /** Gives one back; its bytes stay. */
  synchronized void free(int cluster) {
    used.clear(cluster);
  }

  /** The bytes of one, to be read and written. */
  synchronized byte[] contents(int cluster) {
    byte[] bytes = contents[cluster];
    if (bytes == null) {
      bytes = new byte[size];
      Arrays.fill(bytes, STALE);
      contents[cluster] = bytes;
    }
    return bytes;
  }
}
