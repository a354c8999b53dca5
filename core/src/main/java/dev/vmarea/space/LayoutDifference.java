// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one change of the tree means byte by byte: old VMAs beside new ones, so that nobody who
 * changes the tree need say it. Splits and merges come out as nothing.
 */
final class LayoutDifference {
  private final Set<Vma> condemned;
  private final List<LayoutChange> gone = new ArrayList<>();
  private final List<LayoutChange> come = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param condemned VMAs that are still in the tree but past the point of no return: what takes
   *     their place is other memory, however alike it looks
   */
  LayoutDifference(Set<Vma> condemned) {
    this.condemned = condemned;
  }

  /** Compares what lies in [from, to) with {@code vmas}, which are to lie there. */
  List<LayoutChange> of(VmaTree tree, long from, long to, Vma[] vmas, int count) {
    VmaCursor cursor = tree.cursor();
    Vma old = inside(cursor.seek(from), to);
    int next = 0;
    long at = from;
    while (old != null || next < count) {
      Vma now = next < count ? vmas[next] : null;
      long oldStart = old == null ? Long.MAX_VALUE : Math.max(old.start(), at);
      long nowStart = now == null ? Long.MAX_VALUE : Math.max(now.start(), at);
      long start = Math.min(oldStart, nowStart);
      long oldEdge = old != null && oldStart == start ? old.end() : oldStart;
      long nowEdge = now != null && nowStart == start ? now.end() : nowStart;
      at = Math.min(oldEdge, nowEdge);
      compare(start, at, oldStart == start ? old : null, nowStart == start ? now : null);
      if (old != null && old.end() <= at) {
        old = inside(cursor.next(), to);
      }
      if (now != null && now.end() <= at) {
        next++;
      }
    }
    gone.addAll(come);
    return gone;
  }

  private static @Nullable Vma inside(@Nullable Vma vma, long end) {
    return vma != null && vma.start() < end ? vma : null;
  }

  private void compare(long start, long end, @Nullable Vma old, @Nullable Vma now) {
    if (old != null && now != null && isSame(start, old, now)) {
      int before = (int) (old.flags() & VmFlags.ACCESS);
      int after = (int) (now.flags() & VmFlags.ACCESS);
      if (before != after) {
        come.add(new LayoutChange.Protection(start, end, before, after));
      }
      return;
    }
    if (old != null) {
      unmapped(start, end);
    }
    if (now != null) {
      mapped(start, end, now);
    }
  }

  private boolean isSame(long start, Vma old, Vma now) {
    return !condemned.contains(old)
        && old.file() == now.file()
        && old.pgoffAt(start) == now.pgoffAt(start);
  }

  /** Old mappings side by side are told as one. */
  private void unmapped(long start, long end) {
    if (!gone.isEmpty()
        && gone.getLast() instanceof LayoutChange.Unmapped last
        && last.end() == start) {
      gone.set(gone.size() - 1, new LayoutChange.Unmapped(last.start(), end));
    } else {
      gone.add(new LayoutChange.Unmapped(start, end));
    }
  }

  private void mapped(long start, long end, Vma vma) {
    if (!come.isEmpty()
        && come.getLast() instanceof LayoutChange.Mapped last
        && last.end() == start
        && last.vma() == vma) {
      come.set(come.size() - 1, new LayoutChange.Mapped(last.start(), end, vma));
    } else {
      come.add(new LayoutChange.Mapped(start, end, vma));
    }
  }
}
