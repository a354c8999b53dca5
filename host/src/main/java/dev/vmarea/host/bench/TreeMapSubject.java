// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.Map;
import java.util.TreeMap;

/**
 * What emulators in Java do today: regions in a {@link TreeMap} by start address, joined and cut by
 * hand. No limits, no accounting, no identities, and gaps are found by walking.
 */
public final class TreeMapSubject implements Subject {
  private static final class Region {
    private final long start;
    private long end;
    private final int prot;

    Region(long start, long end, int prot) {
      this.start = start;
      this.end = end;
      this.prot = prot;
    }
  }

  private final TreeMap<Long, Region> regions = new TreeMap<>();

  /** No regions. */
  public TreeMapSubject() {}

  @Override
  public void map(long start, long end, int prot) {
    unmap(start, end);
    Map.Entry<Long, Region> below = regions.lowerEntry(start);
    Map.Entry<Long, Region> above = regions.ceilingEntry(start);
    long to = end;
    if (above != null && above.getKey() == end && above.getValue().prot == prot) {
      regions.remove(above.getKey());
      to = above.getValue().end;
    }
    if (below != null && below.getValue().end == start && below.getValue().prot == prot) {
      below.getValue().end = to;
    } else {
      regions.put(start, new Region(start, to, prot));
    }
  }

  @Override
  public void unmap(long start, long end) {
    Map.Entry<Long, Region> first = regions.floorEntry(start);
    if (first != null && first.getKey() < start && first.getValue().end > start) {
      Region region = first.getValue();
      if (region.end > end) {
        regions.put(end, new Region(end, region.end, region.prot));
      }
      region.end = start;
    }
    Map.Entry<Long, Region> next = regions.ceilingEntry(start);
    while (next != null && next.getKey() < end) {
      Region region = next.getValue();
      regions.remove(next.getKey());
      if (region.end > end) {
        regions.put(end, new Region(end, region.end, region.prot));
      }
      next = regions.ceilingEntry(start);
    }
  }

  @Override
  public void protect(long start, long end, int prot) {
    map(start, end, prot);
  }

  @Override
  public int count() {
    return regions.size();
  }

  @Override
  public long lookup(long address) {
    Map.Entry<Long, Region> entry = regions.floorEntry(address);
    if (entry == null || address >= entry.getValue().end) {
      throw new IllegalStateException("nothing found");
    }
    return entry.getValue().start;
  }

  @Override
  public boolean searchesLinearly() {
    return true;
  }

  @Override
  public long gapBelow(long high, long bytes) {
    long end = high;
    Map.Entry<Long, Region> entry = regions.lowerEntry(high);
    while (entry != null && end - entry.getValue().end < bytes) {
      end = entry.getKey();
      entry = regions.lowerEntry(end);
    }
    return end;
  }

  @Override
  public long gapAbove(long low, long bytes) {
    Map.Entry<Long, Region> entry = regions.floorEntry(low);
    long start = entry == null ? low : Math.max(low, entry.getValue().end);
    entry = regions.higherEntry(low);
    while (entry != null && entry.getKey() - start < bytes) {
      start = entry.getValue().end;
      entry = regions.higherEntry(entry.getKey());
    }
    return start;
  }
}
