// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.space.VmaCursor;
import dev.vmarea.space.VmaTree;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import org.jspecify.annotations.Nullable;

/**
 * The least that mmap, munmap and mprotect of anonymous memory do to a tree: cut at the edges, join
 * with like neighbours, one update. Neither limits nor accounting, like the peers.
 */
public final class TreeSubject implements Subject {
  private static final long TASK_SIZE = KernelConfig.TASK_SIZE_47;

  private final VmaTree tree = new VmaTree();
  private final VmaCursor cursor = tree.cursor();

  /** An empty tree. */
  public TreeSubject() {}

  @Override
  public int count() {
    return tree.size();
  }

  @Override
  public long lookup(long address) {
    Vma vma = tree.lookup(address);
    if (vma == null) {
      throw new IllegalStateException("nothing found");
    }
    return vma.start();
  }

  @Override
  public long gapBelow(long high, long bytes) {
    return tree.findGapBelow(Arena.PAGE, high, bytes);
  }

  @Override
  public long gapAbove(long low, long bytes) {
    return tree.findGapAbove(low, TASK_SIZE, bytes);
  }

  private static Vma vma(long start, long end, long flags) {
    return new Vma(
        start, end, start >>> 12, flags, VmaHandle.of(null), null, null, null, VmaExtras.NONE);
  }

  private static boolean joins(@Nullable Vma low, long at, long flags, long pgoff) {
    return low != null
        && low.end() == at
        && low.flags() == flags
        && low.file() == null
        && low.ops() == null
        && low.anon() == null
        && low.extras() == VmaExtras.NONE
        && low.pgoffAt(at) == pgoff;
  }

  private static boolean follows(@Nullable Vma high, long at, long flags, long pgoff) {
    return high != null
        && high.start() == at
        && high.flags() == flags
        && high.file() == null
        && high.ops() == null
        && high.anon() == null
        && high.extras() == VmaExtras.NONE
        && high.pgoff() == pgoff;
  }

  @Override
  public void map(long start, long end, int flags) {
    cursor.moveTo(start);
    Vma previous = cursor.previousEnd() == start ? cursor.peekPrevious() : null;
    if (cursor.start() < start) {
      unmap(start, end);
      map(start, end, flags);
      return;
    }
    while (cursor.start() < end) {
      if (cursor.end() > end) {
        unmap(start, end);
        map(start, end, flags);
        return;
      }
      cursor.moveTo(cursor.end());
    }
    Vma vma = cursor.start() == end ? cursor.current() : null;
    boolean low = previous != null && joins(previous, start, flags, start >>> 12);
    boolean high = follows(vma, end, flags, end >>> 12);
    if (low && previous != null) {
      long to = high && vma != null ? vma.end() : end;
      tree.replace(
          previous.start(), to, previous.withRange(previous.start(), to, previous.pgoff()));
    } else if (high && vma != null) {
      tree.replace(start, vma.end(), vma.withRange(start, vma.end(), start >>> 12));
    } else {
      tree.replace(start, end, vma(start, end, flags));
    }
  }

  @Override
  public void unmap(long start, long end) {
    cursor.moveTo(start);
    Vma first = cursor.start() < end ? cursor.current() : null;
    if (first == null) {
      return;
    }
    Vma last = first;
    while (last.end() < end) {
      Vma next = cursor.next();
      if (next == null || next.start() >= end) {
        break;
      }
      last = next;
    }
    boolean head = first.start() < start;
    boolean tail = last.end() > end;
    long from = Math.min(first.start(), start);
    long to = Math.max(last.end(), end);
    if (head && tail) {
      Vma right = first == last ? last.duplicate(end, to) : last.part(end, to);
      tree.replace(from, to, first.part(from, start), right);
    } else if (head) {
      tree.replace(from, to, first.part(from, start));
    } else if (tail) {
      tree.replace(from, to, last.part(end, to));
    } else {
      tree.remove(from, to);
    }
  }

  @Override
  public void protect(long start, long end, int flags) {
    Vma vma = cursor.seek(start);
    if (vma == null || vma.start() > start || vma.end() < end) {
      throw new IllegalArgumentException("range");
    }
    long pgoff = vma.pgoffAt(start);
    Vma previous = start == vma.start() ? cursor.peekPrevious() : null;
    Vma next = end == vma.end() ? cursor.peekNext() : null;
    boolean low = joins(previous, start, flags, pgoff);
    boolean high = follows(next, end, flags, vma.pgoffAt(end));
    if (low && high && previous != null && next != null) {
      long from = previous.start();
      tree.replace(from, next.end(), previous.withRange(from, next.end(), previous.pgoff()));
    } else if (low || high) {
      throw new IllegalArgumentException("the mix joins both sides or none");
    } else if (previous == null && next == null && start > vma.start() && end < vma.end()) {
      Vma middle = vma.part(start, end).withFlags(flags);
      Vma right = vma.duplicate(end, vma.end());
      tree.replace(vma.start(), vma.end(), vma.part(vma.start(), start), middle, right);
    } else {
      tree.replace(vma.start(), vma.end(), vma.withFlags(flags));
    }
  }
}
