// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.Arrays;

/** Clears entries and drops the page references of ordinary ones. */
final class ZapVisitor implements RangeVisitor<RuntimeException> {
  private static final int LEVEL_BITS = 4;
  private static final int LEVEL_MASK = (1 << LEVEL_BITS) - 1;

  private final TableTree tree;
  private final EntryFormat format;
  private final PhysicalMemory memory;
  private final boolean onlyFilePages;
  private final boolean keepsGuards;
  private long cleared;

  /** First frames of what ordinary entries mapped, each with its level below it. */
  private long[] droppedFrames = {};

  private int frames;

  /**
   * A visitor.
   *
   * @param onlyFilePages whether private copies and bare frames stay
   * @param keepsGuards whether guard markers stay
   */
  ZapVisitor(
      TableTree tree,
      EntryFormat format,
      PhysicalMemory memory,
      boolean onlyFilePages,
      boolean keepsGuards) {
    this.tree = tree;
    this.onlyFilePages = onlyFilePages;
    this.keepsGuards = keepsGuards;
    this.format = format;
    this.memory = memory;
  }

  /** Entries cleared so far. */
  long cleared() {
    return cleared;
  }

  @Override
  public void leaf(TableNode leaf, int from, int to, long address) {
    synchronized (leaf) {
      if (!leaf.isEmpty()) {
        clear(leaf, from, to);
      }
    }
  }

  private void clear(TableNode leaf, int from, int to) {
    if (leaf.ordinary() != 0 || onlyFilePages || keepsGuards) {
      clearEach(leaf, from, to);
      return;
    }
    long[] entries = leaf.entries();
    int count = to - from == entries.length ? leaf.used() : count(entries, from, to);
    Arrays.fill(entries, from, to, 0);
    leaf.changed(-count, 0);
    cleared += count;
  }

  private static int count(long[] entries, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += entries[i] != 0 ? 1 : 0;
    }
    return count;
  }

  private void clearEach(TableNode leaf, int from, int to) {
    for (int i = from; i < to; i++) {
      if (leaf.entry(i) != 0 && goes(leaf.entry(i))) {
        drop(0, leaf.clear(i));
        cleared++;
      }
    }
  }

  /** Clears one entry, whatever it is. */
  void take(TableNode leaf, int index) {
    drop(0, leaf.clear(index));
    cleared++;
  }

  private boolean goes(long entry) {
    if (EntryFormat.isGuard(entry)) {
      return !keepsGuards;
    }
    if (!onlyFilePages) {
      return true;
    }
    KernelPage page = EntryFormat.isSpecial(entry) ? null : memory.page(format.pfn(0, entry));
    return page != null && page.kind() == KernelPage.Kind.FILE;
  }

  private void drop(int level, long entry) {
    if (!EntryFormat.isSpecial(entry)) {
      if (frames == droppedFrames.length) {
        droppedFrames = Arrays.copyOf(droppedFrames, Math.max(16, 2 * frames));
      }
      droppedFrames[frames++] = format.pfn(level, entry) << LEVEL_BITS | level;
      leaveMarks(level, entry);
    }
  }

  /** What an entry knows of a file's page passes on to the page. */
  private void leaveMarks(int level, long entry) {
    KernelPage page = memory.page(format.pfn(level, entry));
    if (page == null || page.kind() != KernelPage.Kind.FILE) {
      return;
    }
    if ((entry & PageProtection.DIRTY) != 0) {
      page.mark(KernelPage.Mark.DIRTY);
    }
    if ((entry & PageProtection.ACCESSED) != 0) {
      page.used();
    }
  }

  /** Drops the references, once nobody can reach the pages through these tables any more. */
  void release() {
    for (int i = 0; i < frames; i++) {
      int level = (int) droppedFrames[i] & LEVEL_MASK;
      long count = tree.span(level) >>> tree.shift(0);
      memory.putEntry(droppedFrames[i] >>> LEVEL_BITS, count);
    }
    frames = 0;
  }

  /** What is not to go will be faulted in again; of anonymous memory no part is concerned. */
  @Override
  public void huge(TableNode table, int index, long address, boolean whole) {
    boolean transparent = EntryFormat.isTransparent(table.entry(index));
    if (transparent && onlyFilePages) {
      return;
    }
    synchronized (table) {
      drop(table.level(), table.clear(index));
    }
    if (transparent) {
      tree.withdraw();
    }
    cleared++;
  }
}
