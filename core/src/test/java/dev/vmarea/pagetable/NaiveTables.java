// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.PageProtection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Page tables as a sorted map of entries and sets of the places where tables are. Obviously right,
 * and slow. Methods that can run out of tables say whether they did not.
 */
final class NaiveTables {
  /** What an address is mapped to. */
  record Mapped(int level, long pfn, PageProtection protection, boolean special) {
    Mapped with(PageProtection other) {
      return new Mapped(level, pfn, other, special);
    }
  }

  private final NavigableMap<Long, Mapped> entries = new TreeMap<>();

  /** By level, without the top one: first address of each table. */
  private final List<NavigableSet<Long>> tables = new ArrayList<>();

  private final Architecture architecture;
  private final BooleanSupplier fails;

  NaiveTables(Architecture architecture, BooleanSupplier fails) {
    this.architecture = architecture;
    this.fails = fails;
    for (int level = 0; level < architecture.levels() - 1; level++) {
      tables.add(new TreeSet<>());
    }
  }

  NavigableMap<Long, Mapped> entries() {
    return entries;
  }

  List<NavigableSet<Long>> tables() {
    return tables;
  }

  /** Bytes that an entry of this level maps. */
  long span(int level) {
    int shift = architecture.pageShift();
    for (int below = 0; below < level; below++) {
      shift += architecture.indexBits(below);
    }
    return 1L << shift;
  }

  private long tableStart(int level, long address) {
    return address & -span(level + 1);
  }

  /** The entry that maps an address. */
  Map.@Nullable Entry<Long, Mapped> at(long address) {
    Map.Entry<Long, Mapped> below = entries.floorEntry(address);
    boolean hit = below != null && address < below.getKey() + span(below.getValue().level);
    return hit ? below : null;
  }

  /** Whether something is mapped in a range. */
  boolean isOccupied(long start, long end) {
    return at(start) != null || !entries.subMap(start, end).isEmpty();
  }

  /** Makes the tables down to a level; false if one cannot be had. */
  private boolean make(int level, long address) {
    for (int each = tables.size() - 1; each >= level; each--) {
      if (!tables.get(each).contains(tableStart(each, address))) {
        if (fails.getAsBoolean()) {
          return false;
        }
        tables.get(each).add(tableStart(each, address));
      }
    }
    return true;
  }

  boolean fill(long start, long pfn, long pages, PageProtection protection, boolean special) {
    for (long i = 0; i < pages; i++) {
      long address = start + i * span(0);
      if (!make(0, address)) {
        return false;
      }
      entries.put(address, new Mapped(0, pfn + i, protection, special));
    }
    return true;
  }

  /** 1 if it is mapped now, 0 if something is there, -1 without tables. */
  int insert(int level, long address, long pfn, PageProtection protection, boolean special) {
    Map.Entry<Long, Mapped> there = at(address);
    if (there != null && there.getValue().level > level) {
      // The tables that are missing above are none: a huge entry has them.
      return 0;
    }
    if (!make(level, address)) {
      return -1;
    }
    if (there != null || (level > 0 && tables.get(level - 1).contains(address))) {
      return 0;
    }
    entries.put(address, new Mapped(level, pfn, protection, special));
    return 1;
  }

  /** Addresses of entries that reach into a range. */
  List<Long> reaching(long start, long end) {
    List<Long> list = new ArrayList<>();
    if (start < end) {
      Map.Entry<Long, Mapped> first = at(start);
      if (first != null && first.getKey() < start) {
        list.add(first.getKey());
      }
      list.addAll(entries.subMap(start, end).keySet());
    }
    return list;
  }

  boolean isWhole(long address, long start, long end) {
    Mapped mapped = entries.get(address);
    return mapped != null && address >= start && address + span(mapped.level) <= end;
  }

  long zap(long start, long end) {
    List<Long> list = reaching(start, end);
    list.forEach(entries::remove);
    return list.size();
  }

  void protect(long start, long end, PageProtection wanted) {
    for (long address : reaching(start, end)) {
      if (isWhole(address, start, end)) {
        entries.computeIfPresent(address, (a, m) -> m.with(m.protection.modify(wanted)));
      } else {
        entries.remove(address);
      }
    }
  }

  void freeTables(long start, long end, long floor, long ceiling) {
    for (int level = 0; level < tables.size(); level++) {
      int each = level;
      tables
          .get(level)
          .removeIf(table -> {
            long tableEnd = table + span(each + 1);
            boolean empty =
                entries.subMap(table, tableEnd).isEmpty()
                    && (each == 0 || tables.get(each - 1).subSet(table, tableEnd).isEmpty());
            boolean touched = start < end && table < end && tableEnd > start;
            return touched && table >= floor && tableEnd <= ceiling && empty;
          });
    }
  }

  /** As if the tables could be had. */
  void move(long from, long to, long length) {
    boolean overlaps = Math.abs(from - to) < length;
    Map<Long, Mapped> moved = new TreeMap<>();
    for (long address : reaching(from, from + length)) {
      long target = address - from + to;
      boolean whole = isWhole(address, from, from + length);
      Mapped mapped = entries.remove(address);
      boolean fits =
          mapped.level == 0
              || (whole
                  && !overlaps
                  && target % span(mapped.level) == 0
                  && !tables.get(mapped.level - 1).contains(target));
      if (fits) {
        moved.put(target, mapped);
      }
    }
    entries.putAll(moved);
  }

  /** Huge entries of a range go. */
  void dropHuge(long start, long end) {
    for (long address : reaching(start, end)) {
      if (entries.get(address).level > 0) {
        entries.remove(address);
      }
    }
  }

  boolean copyTo(NaiveTables child, long start, long end, boolean copyOnWrite) {
    for (long address : reaching(start, end)) {
      if (!isWhole(address, start, end)) {
        continue;
      }
      Mapped mapped = entries.get(address);
      if (!child.make(mapped.level, address)) {
        return false;
      }
      long bits = mapped.protection.bits();
      if (copyOnWrite) {
        bits &= ~PageProtection.WRITE;
        entries.put(address, mapped.with(new PageProtection(bits)));
      } else {
        bits &= ~PageProtection.DIRTY;
      }
      bits &= ~PageProtection.ACCESSED;
      child.entries.put(address, mapped.with(new PageProtection(bits)));
    }
    return true;
  }
}
