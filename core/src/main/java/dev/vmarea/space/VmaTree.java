// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The VMAs of an address space in address order; a plain ordered map until the real tree lands. */
public final class VmaTree implements Iterable<Vma> {
  private final TreeMap<Long, Vma> map = new TreeMap<>();

  public @Nullable Vma find(long addr) {
    Map.Entry<Long, Vma> floor = map.floorEntry(addr);
    if (floor != null && floor.getValue().end() > addr) {
      return floor.getValue();
    }
    Map.Entry<Long, Vma> higher = map.higherEntry(addr);
    return higher == null ? null : higher.getValue();
  }

  public @Nullable Vma lookup(long addr) {
    Vma vma = find(addr);
    return vma != null && vma.start() <= addr ? vma : null;
  }

  public @Nullable Vma before(long addr) {
    Map.Entry<Long, Vma> lower = map.lowerEntry(addr);
    return lower == null ? null : lower.getValue();
  }

  public int size() {
    return map.size();
  }

  public void replace(long from, long to, Vma... vmas) {
    map.subMap(from, to).clear();
    for (Vma vma : vmas) {
      map.put(vma.start(), vma);
    }
  }

  public void remove(long from, long to) {
    map.subMap(from, to).clear();
  }

  public long findGapBelow(long low, long high, long size) {
    long top = high;
    while (top - low >= size) {
      Vma below = before(top);
      long bottom = below == null ? low : Math.max(low, below.end());
      if (top - bottom >= size) {
        return top;
      }
      if (below == null) {
        return -1;
      }
      top = Math.min(top, below.start());
    }
    return -1;
  }

  public long findGapAbove(long low, long high, long size) {
    long bottom = low;
    while (high - bottom >= size) {
      Vma above = find(bottom);
      long top = above == null ? high : Math.min(high, above.start());
      if (top - bottom >= size) {
        return bottom;
      }
      if (above == null) {
        return -1;
      }
      bottom = above.end();
    }
    return -1;
  }

  @Override
  public Iterator<Vma> iterator() {
    return map.values().iterator();
  }
}
