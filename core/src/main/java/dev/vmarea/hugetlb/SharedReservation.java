// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which pages of a file are reserved, or were taken from a reservation ({@code resv_map} of an
 * inode). Pages are named by their index in the file.
 *
 * <p>Reserving has two halves: {@link #begin} says what is missing, then pages are found for it,
 * then {@link #add} or {@link #abort}. A fault may add pages in between: then fewer are added than
 * were missing. Who takes pages out keeps those away who are between the halves. Thread-safe.
 */
final class SharedReservation {
  /**
   * A change that has begun ({@code region_chg}).
   *
   * @param missing pages of [first, end) that were not there
   */
  record Change(long first, long end, long missing) {}

  /**
   * What was taken out.
   *
   * @param charged those of {@code pages} whose reservation a control group is charged for
   */
  record Removed(long pages, long charged) {}

  /** Whether a control group is charged for the page: not where a fault added it. */
  private final NavigableMap<Long, Boolean> pages = new TreeMap<>();

  private int inProgress;

  /** Begins to add pages [first, end). */
  synchronized Change begin(long first, long end) {
    inProgress++;
    return new Change(first, end, end - first - pages.subMap(first, end).size());
  }

  /**
   * Ends a change: the pages are there ({@code region_add}).
   *
   * @return how many were added
   */
  synchronized long add(Change change, boolean charged) {
    inProgress--;
    long added = 0;
    for (long index = change.first; index < change.end; index++) {
      if (pages.putIfAbsent(index, charged) == null) {
        added++;
      }
    }
    return added;
  }

  /** Gives a change up ({@code region_abort}). */
  synchronized void abort(Change change) {
    inProgress--;
  }

  /** Whether a page is there. */
  synchronized boolean contains(long index) {
    return pages.containsKey(index);
  }

  /** How many pages are there. */
  synchronized long size() {
    return pages.size();
  }

  /** How many of them a control group is charged for. */
  synchronized long charged() {
    return charged(pages);
  }

  private static long charged(NavigableMap<Long, Boolean> part) {
    return part.values().stream().filter(charged -> charged).count();
  }

  /** Takes pages from {@code first} on out ({@code region_del}). */
  synchronized Removed removeFrom(long first) {
    return remove(pages.tailMap(first, true));
  }

  /** Takes one page out. */
  synchronized Removed remove(long index) {
    return remove(pages.subMap(index, true, index, true));
  }

  private static Removed remove(NavigableMap<Long, Boolean> part) {
    Removed removed = new Removed(part.size(), charged(part));
    part.clear();
    return removed;
  }

  /** Changes that have begun and not ended. */
  synchronized int inProgress() {
    return inProgress;
  }
}
