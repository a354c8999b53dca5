// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.List;

/**
 * Where the calls about huge pages of hugetlb go.
 *
 * @param base first byte of their window, aligned to {@code pageSize}
 * @param pages huge pages in the window; more than the pool has, so that they run out
 * @param pageSize bytes of a huge page, a power of two
 * @param files numbers of the open files of huge pages
 */
public record HugeTerrain(long base, int pages, long pageSize, List<Integer> files) {
  /** Keeps its own copy of the list. */
  public HugeTerrain {
    files = List.copyOf(files);
  }

  /** One byte behind the window. */
  public long end() {
    return base + pages * pageSize;
  }
}
