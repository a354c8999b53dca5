// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What the mapper of private huge pages has reserved: every page of the mapping, but for those that
 * it has taken. Belongs to a VMA and what was split from it; a child does not get it ({@code
 * resv_map} of an owner). Pages are named by their index in the file. Thread-safe.
 */
final class PrivateReservation {
  private final NavigableSet<Long> taken = new TreeSet<>();

  /** Whether a page is still reserved. */
  synchronized boolean has(long index) {
    return !taken.contains(index);
  }

  synchronized void take(long index) {
    taken.add(index);
  }

  synchronized void restore(long index) {
    taken.remove(index);
  }

  /** How many of the pages [first, end) are still reserved. */
  synchronized long count(long first, long end) {
    return end - first - taken.subSet(first, end).size();
  }
}
