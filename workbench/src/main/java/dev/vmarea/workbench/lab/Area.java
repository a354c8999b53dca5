// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A VMA of a process as it was at one moment.
 *
 * @param process number of the process
 * @param page first page of the window
 * @param endPage page after the last
 * @param pgoff in pages
 * @param file its name as maps shows it; empty for none
 * @param callbacks what kinds of callbacks it has, in words
 * @param entries its page-table entries, summed up, in order
 * @param vma the VMA itself, for questions of identity
 */
public record Area(
    int process,
    long page,
    long endPage,
    long flags,
    long pgoff,
    String file,
    String callbacks,
    List<Entries> entries,
    Vma vma) {
  /** Keeps its own copy of the list. */
  public Area {
    entries = List.copyOf(entries);
  }

  /**
   * Entries side by side that are alike.
   *
   * @param page first page that they map
   * @param endPage page after the last
   * @param pfn the first one's page frame, if it is a device's; else -1
   * @param text what they are like
   */
  public record Entries(long page, long endPage, long pfn, String text) {
    /** Whether {@code next} is the same a little further; pages of memory need not be in order. */
    public boolean continues(Entries next) {
      long expected = pfn < 0 ? pfn : pfn + (endPage - page);
      return endPage == next.page && text.equals(next.text) && next.pfn == expected;
    }

    /** Both as one. */
    public Entries joined(Entries next) {
      return new Entries(page, next.endPage, pfn, text);
    }

    /** What of it is in [from, end). */
    Entries clip(long from, long end) {
      long first = Math.max(page, from);
      return new Entries(first, Math.min(endPage, end), pfn < 0 ? pfn : pfn + (first - page), text);
    }

    @Override
    public String toString() {
      String pages =
          endPage - page == 1 ? "page " + page : "pages " + page + " to " + (endPage - 1);
      return pages + (pfn < 0 ? " " : " pfn 0x" + Long.toHexString(pfn) + " ") + text;
    }
  }

  static Area of(int process, Vma vma, Window window, List<Entries> entries) {
    OpenFile file = vma.file();
    return new Area(
        process,
        window.page(vma.start()),
        window.page(vma.end()),
        vma.flags(),
        vma.pgoff(),
        file == null ? "" : file.shown().entry().path(),
        callbacks(vma.ops()),
        entries,
        vma);
  }

  /**
   * What can be told apart of callbacks: tables that have names, and what they say of themselves.
   */
  private static String callbacks(@Nullable VmOperations ops) {
    if (ops == null) {
      return "anonymous";
    } else if (ops == NoOperations.INSTANCE) {
      return "no callbacks";
    }
    return (ops instanceof Enum<?> table ? "callbacks " + table.name() : "callbacks")
        + (ops.hasClose() ? " close" : "")
        + (ops.hasFault() ? " fault" : "")
        + (ops.isSecret() ? " secret" : "");
  }

  /** Length in pages. */
  public long pages() {
    return endPage - page;
  }

  /** Whether some page of [from, end) is in it. */
  public boolean overlaps(long from, long end) {
    return page < end && endPage > from;
  }

  /** The part of it that is in [from, end). */
  Area clip(long from, long end) {
    long first = Math.max(page, from);
    return new Area(
        process,
        first,
        Math.min(endPage, end),
        flags,
        pgoff + (first - page),
        file,
        callbacks,
        entries.stream()
            .filter(entry -> entry.page < end && entry.endPage > from)
            .map(entry -> entry.clip(from, end))
            .toList(),
        vma);
  }

  /** Whether {@code next} goes on where this ends, so that both could be one. */
  boolean continues(Area next) {
    return process == next.process
        && endPage == next.page
        && flags == next.flags
        && (pgoff + pages() == next.pgoff || vma.isAnonymous() && file.isEmpty())
        && file.equals(next.file)
        && callbacks.equals(next.callbacks);
  }

  /** The same without its entries. */
  public Area withoutEntries() {
    return new Area(process, page, endPage, flags, pgoff, file, callbacks, List.of(), vma);
  }

  Area joined(Area next) {
    List<Entries> both = new ArrayList<>(entries);
    both.addAll(next.entries);
    return new Area(process, page, next.endPage, flags, pgoff, file, callbacks, both, vma);
  }

  /** Its entries in one line; empty for none. */
  public String entryText() {
    return entries.stream().map(Entries::toString).collect(Collectors.joining(", "));
  }

  /** How it looks, in one line. */
  @Override
  public String toString() {
    return (process == 0 ? "" : "process " + process + ": ")
        + (pages() == 1 ? "page " + page : "pages " + page + " to " + (endPage - 1))
        + ": "
        + VmFlags.mnemonics(flags).strip()
        + (file.isEmpty() ? "" : ", " + file + " from page " + pgoff)
        + ", "
        + callbacks
        + (entries.isEmpty() ? "" : "; " + entryText());
  }
}
