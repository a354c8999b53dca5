// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one process, one entry each, and where VMAs begin. Everything is found by walking
 * page by page: slow, and meant to be seen to be right. Page numbers, not addresses.
 */
final class NaivePages {
  /** A VMA: pages [start, end). */
  record Area(long start, long end) {}

  private final TreeMap<Long, NaivePage> pages = new TreeMap<>();

  @Nullable NaivePage at(long page) {
    return pages.get(page);
  }

  NaivePage mapped(long page) {
    NaivePage found = pages.get(page);
    if (found == null) {
      throw new IllegalStateException("page " + Long.toHexString(page) + " is not mapped");
    }
    return found;
  }

  /** The VMA that contains the page, or null. */
  @Nullable Area area(long page) {
    if (at(page) == null) {
      return null;
    }
    long start = page;
    while (!mapped(start).first) {
      start--;
    }
    long end = page + 1;
    while (at(end) != null && !mapped(end).first) {
      end++;
    }
    return new Area(start, end);
  }

  /** The first VMA that ends above the page, or null. */
  @Nullable Area areaAtOrAbove(long page) {
    Long next = pages.ceilingKey(page);
    return next == null ? null : area(next);
  }

  /** The last VMA that starts below the page, or null. */
  @Nullable Area areaBelow(long page) {
    Long previous = pages.lowerKey(page);
    return previous == null ? null : area(previous);
  }

  boolean isFree(long start, long end) {
    for (long page = start; page < end; page++) {
      if (at(page) != null) {
        return false;
      }
    }
    return true;
  }

  void forEach(long start, long end, Consumer<NaivePage> action) {
    for (long page = start; page < end; page++) {
      action.accept(mapped(page));
    }
  }

  void cut(long page) {
    NaivePage found = at(page);
    if (found != null) {
      found.first = true;
    }
  }

  /** Takes the range out; a sealed VMA stops it, with the cuts at the edges already made. */
  void unmap(long start, long end) throws ErrnoException {
    for (Area area = areaAtOrAbove(start);
        area != null && area.start() < end;
        area = areaAtOrAbove(area.end())) {
      if (mapped(area.start()).has(VmFlags.SEALED)) {
        throw Errno.EPERM.failure();
      }
      if (area.start() < start) {
        cut(start);
      }
      if (area.end() > end) {
        cut(end);
      }
    }
    remove(start, end);
  }

  private void remove(long start, long end) {
    pages.subMap(start, end).clear();
  }

  /**
   * Puts copies of {@code sample} on the free range, with page offsets that count up, and joins
   * what may be joined.
   */
  void map(long start, long end, NaivePage sample) {
    map(start, end, sample, true, true);
  }

  /** The same for what mremap adds in place to the VMA below: forks are no matter there. */
  void grow(long start, long end, NaivePage sample) {
    NaivePage above = at(end);
    boolean granted = above != null && above.anon == null;
    if (granted && above != null) {
      above.anon = sample.anon;
    }
    map(start, end, sample);
    if (granted && above != null && above.first) {
      above.anon = null;
    }
  }

  /** The same for the heap, which joins only parts of itself. */
  void map(long start, long end, NaivePage sample, boolean joinsBelow, boolean joinsAbove) {
    for (long page = start; page < end; page++) {
      NaivePage fresh = sample.copy();
      fresh.pgoff = sample.pgoff + (page - start);
      fresh.first = page == start;
      pages.put(page, fresh);
    }
    cut(end);
    join(start, end, joinsBelow, joinsAbove);
  }

  /** Makes the VMA that starts at {@code end} start at {@code start}; the room is free. */
  void extendDown(long start, long end, NaivePage sample) {
    for (long page = start; page < end; page++) {
      NaivePage fresh = sample.copy();
      fresh.pgoff = sample.pgoff + (page - start);
      fresh.first = page == start;
      pages.put(page, fresh);
    }
    mapped(end).first = false;
  }

  /** Joins [start, end), which is cut out, with the neighbours that fit and may be joined. */
  private void join(long start, long end, boolean downwards, boolean upwards) {
    NaivePage below = downwards ? at(start - 1) : null;
    NaivePage above = upwards ? at(end) : null;
    NaivePage bottom = mapped(start);
    if (below != null && !bottom.mayJoin(below)) {
      below = null;
    }
    if (above != null && !above.mayJoin(mapped(end - 1))) {
      above = null;
    }
    if (below != null && above != null && differ(below.anon, above.anon)) {
      above = null;
    }
    NaivePage.Identity identity = below != null ? below.anon : null;
    if (identity == null && above != null) {
      identity = above.anon;
    }
    if (identity == null) {
      identity = bottom.anon;
    }
    if (below != null) {
      bottom.first = false;
    }
    if (above != null) {
      above.first = false;
    }
    if (below != null || above != null) {
      spread(start, identity);
    }
  }

  private static boolean differ(NaivePage.@Nullable Identity a, NaivePage.@Nullable Identity b) {
    return a != null && b != null && !a.equals(b);
  }

  /** Gives all pages of the VMA one identity, and the guard mark if one has it. */
  private void spread(long page, NaivePage.@Nullable Identity identity) {
    Area area = area(page);
    if (area == null) {
      return;
    }
    long[] guard = new long[1];
    forEach(area.start(), area.end(), p -> guard[0] |= p.flags & VmFlags.MAYBE_GUARD);
    forEach(
        area.start(),
        area.end(),
        p -> {
          p.anon = identity;
          p.flags |= guard[0];
        });
  }

  /** Changes the pages [start, end), which lie in one VMA, and joins or cuts it. */
  void change(long start, long end, Consumer<NaivePage> change) {
    Area area = area(start);
    if (area == null || area.end() < end) {
      throw new IllegalStateException("not in one VMA");
    }
    cut(start);
    cut(end);
    forEach(start, end, change);
    // Only where the piece reaches the edge of its VMA the neighbour is another VMA.
    join(start, end, start == area.start(), end == area.end());
  }

  /** Gives the VMA its identity if it has none: one of a neighbour that fits, else a new one. */
  void ensureIdentity(long page) {
    Area area = area(page);
    if (area == null || mapped(page).anon != null) {
      return;
    }
    NaivePage above = at(area.end());
    NaivePage below = at(area.start() - 1);
    NaivePage.Identity identity;
    if (above != null && above.mayShareIdentity(mapped(area.end() - 1))) {
      identity = above.anon;
    } else if (below != null && mapped(area.start()).mayShareIdentity(below)) {
      identity = below.anon;
    } else {
      identity = NaivePage.Identity.fresh(false);
    }
    forEach(area.start(), area.end(), p -> p.anon = identity);
  }

  /** The pages a forked child has. */
  NaivePages fork() {
    NaivePages child = new NaivePages();
    for (Area area = areaAtOrAbove(0); area != null; area = areaAtOrAbove(area.end())) {
      NaivePage sample = mapped(area.start());
      if (sample.has(VmFlags.DONTCOPY)) {
        continue;
      }
      boolean keeps = sample.anon != null && !sample.has(VmFlags.WIPEONFORK);
      NaivePage.Identity identity = keeps ? NaivePage.Identity.fresh(true) : null;
      for (long page = area.start(); page < area.end(); page++) {
        NaivePage copy = mapped(page).copy();
        copy.anon = identity;
        copy.guarded = mapped(page).guarded && !copy.has(VmFlags.WIPEONFORK);
        copy.flags &= ~VmFlags.LOCKED_MASK;
        child.pages.put(page, copy);
      }
    }
    return child;
  }

  String layout() {
    StringBuilder text = new StringBuilder();
    Map<NaivePage.Identity, Integer> identities = new HashMap<>();
    for (Area area = areaAtOrAbove(0); area != null; area = areaAtOrAbove(area.end())) {
      NaivePage page = mapped(area.start());
      NaivePage.Identity anon = page.anon;
      int number =
          anon == null ? 0 : identities.computeIfAbsent(anon, key -> identities.size() + 1);
      text.append(
          new LayoutLine(
                  area.start() << 12,
                  area.end() << 12,
                  page.pgoff,
                  page.flags,
                  page.file,
                  number,
                  anon != null && anon.forkChild(),
                  page.policy)
              .text());
    }
    return text.toString();
  }
}
