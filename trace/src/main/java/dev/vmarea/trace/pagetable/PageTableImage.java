// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.pagetable;

import dev.vmarea.AddressSpace;
import dev.vmarea.arch.Architecture;
import dev.vmarea.pagetable.EntryRun;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Vma;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of an address space with the page-table entries of each area, as they were at one moment.
 * Immutable.
 *
 * @param areas the lines of maps, in order of their addresses
 * @param tables the levels of the tables, leaf first; empty without an MMU
 */
public record PageTableImage(List<Area> areas, List<Level> tables) {
  private static final List<List<String>> NAMES =
      List.of(
          List.of("PTE", "PGD"),
          List.of("PTE", "PMD", "PGD"),
          List.of("PTE", "PMD", "PUD", "PGD"),
          List.of("PTE", "PMD", "PUD", "P4D", "PGD"));

  /** Keeps its own copies of the lists. */
  public PageTableImage {
    areas = List.copyOf(areas);
    tables = List.copyOf(tables);
  }

  /**
   * One area.
   *
   * @param mapsLine its line as maps shows it, without newline, bytes as ISO-8859-1; hostile
   * @param runs its entries, summed up
   */
  public record Area(String mapsLine, List<Run> runs) {
    /** Keeps its own copy of the list. */
    public Area {
      runs = List.copyOf(runs);
    }
  }

  /**
   * Entries side by side that differ in nothing but their place.
   *
   * @param entries the entries
   * @param entrySize bytes that one of them maps
   */
  public record Run(EntryRun entries, long entrySize) {
    /** Number of entries. */
    public long count() {
      return (entries.end() - entries.start()) / entrySize;
    }

    /** Page frame after the last. */
    public long endPfn(long pageSize) {
      return entries.firstPfn() + (entries.end() - entries.start()) / pageSize;
    }
  }

  /**
   * The tables of one level.
   *
   * @param name Linux's name of their entries, such as PTE
   * @param pages how many there are
   */
  public record Level(String name, long pages) {}

  /** What {@code space} has now. Nobody may change it meanwhile. */
  public static PageTableImage of(AddressSpace space) {
    PageTables tables = space.pageTables();
    Architecture architecture = space.machine().kernel().architecture();
    ProgramLayout layout = space.layout();
    MapsText text = new MapsText(new MapsLayout(layout.startBrk, layout.brk, layout.startStack));
    List<List<Run>> runs = new ArrayList<>(space.mapCount());
    for (Vma vma : space.vmas()) {
      text.add(vma);
      runs.add(tables == null ? List.of() : runs(tables, vma));
    }
    String[] lines = new String(text.toBytes(), StandardCharsets.ISO_8859_1).split("\n");
    List<Area> areas = new ArrayList<>(runs.size());
    for (int i = 0; i < runs.size(); i++) {
      areas.add(new Area(lines[i], runs.get(i)));
    }
    List<Level> levels = new ArrayList<>();
    int top = architecture.levels() - 1;
    for (int level = 0; level <= top && architecture.hasMmu(); level++) {
      long pages = level == top ? 1 : tables == null ? 0 : tables.tablePages(level);
      levels.add(new Level(NAMES.get(top - 1).get(level), pages));
    }
    return new PageTableImage(areas, levels);
  }

  /** The same with the line that maps shows last for the legacy page, which is no area. */
  public PageTableImage withVsyscall() {
    List<Area> lines = new ArrayList<>(areas);
    lines.add(new Area(MapsText.VSYSCALL_LINE.stripTrailing(), List.of()));
    return new PageTableImage(lines, tables);
  }

  private static List<Run> runs(PageTables tables, Vma vma) {
    Architecture architecture = tables.architecture();
    return tables.runs(vma.start(), vma.end()).stream()
        .map(run -> new Run(run, architecture.entrySize(run.level())))
        .toList();
  }

  /** Number of entries. */
  public long entries() {
    return areas.stream().flatMap(area -> area.runs().stream()).mapToLong(Run::count).sum();
  }

  /** Bytes that the entries map. */
  public long bytes() {
    return areas.stream()
        .flatMap(area -> area.runs().stream())
        .mapToLong(run -> run.entries().end() - run.entries().start())
        .sum();
  }
}
