// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What the mapper of private huge pages has reserved: every page of the mapping, but for those that
 * it has taken ({@code resv_map} of a VMA, with the owner's mark). Private data of a VMA, shared
 * with what was split from it; a child does not get it. Pages are named by their index in the file.
 * Thread-safe.
 */
public final class PrivateReservation {
  private final HugetlbMount mount;
  private final HugetlbLock lock;
  private final NavigableSet<Long> taken = new TreeSet<>();
  private int references = 1;

  /** One of which nothing has been taken, with the reference of whoever makes it. */
  PrivateReservation(HugetlbMount mount) {
    this.mount = mount;
    this.lock = new HugetlbLock(mount.pool());
    mount.privateMaps(1);
  }

  /** The lock that a walker of the file's reverse map tries. */
  HugetlbLock lock() {
    return lock;
  }

  /** Another VMA has it, too. */
  synchronized void get() {
    references++;
  }

  /** A VMA no longer has it; with the last one it goes. */
  synchronized void put() {
    references--;
    if (references == 0) {
      mount.privateMaps(-1);
    }
  }

  /** VMAs that have it. */
  synchronized int references() {
    return references;
  }

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
