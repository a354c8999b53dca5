// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The page tables of one address space. Signatures only; what they do follows. */
public final class PageTables {
  private final Architecture architecture;

  /** Empty tables. */
  public PageTables(Architecture architecture, BooleanSupplier tableAllocationFails) {
    this.architecture = architecture;
  }

  /** Whose tables these are. */
  public Architecture architecture() {
    return architecture;
  }

  /** How entries are written. */
  public EntryFormat format() {
    throw new UnsupportedOperationException();
  }

  /** Fills page entries. */
  public void fill(long start, long pfn, long pages, PageProtection prot, boolean special)
      throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** Maps a page. */
  public void insertPage(long address, KernelPage page, PageProtection prot) throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** Maps a bare frame. */
  public boolean insertPfn(long address, long pfn, PageProtection prot) throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** Maps a huge page of bare frames. */
  public boolean insertHuge(int level, long address, long pfn, PageProtection prot)
      throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** Clears entries. */
  public long zap(long start, long end, PhysicalMemory memory) {
    throw new UnsupportedOperationException();
  }

  /** Frees tables. */
  public void freeTables(long start, long end, long floor, long ceiling) {
    throw new UnsupportedOperationException();
  }

  /** Changes the protection of what is mapped. */
  public void protect(long start, long end, PageProtection wanted) {
    throw new UnsupportedOperationException();
  }

  /** Moves entries. */
  public void move(long from, long to, long length) throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** Copies entries into a child's tables. */
  public void copyTo(
      PageTables child, long start, long end, boolean copyOnWrite, PhysicalMemory memory)
      throws ErrnoException {
    throw new UnsupportedOperationException();
  }

  /** The raw entry that maps the address, or 0. */
  public long entry(long address) {
    throw new UnsupportedOperationException();
  }

  /** The level of the entry that maps the address, or -1. */
  public int entryLevel(long address) {
    throw new UnsupportedOperationException();
  }

  /** Visits entries in order of their addresses. */
  public void walk(long start, long end, EntryVisitor visitor) {
    throw new UnsupportedOperationException();
  }

  /** Entries, summed up. */
  public List<EntryRun> runs(long start, long end) {
    throw new UnsupportedOperationException();
  }

  /** Table pages now, without the top table. */
  public long tablePages() {
    throw new UnsupportedOperationException();
  }

  /** Table pages of a level now. */
  public long tablePages(int level) {
    throw new UnsupportedOperationException();
  }

  /** Checks every invariant. */
  public void verify() {
    throw new UnsupportedOperationException();
  }
}
