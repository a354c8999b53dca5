// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables broken on purpose: verify sees it. */
class TableInvariantsTest {
  private static final long PMD = 0x20_0000;
  private static final PageProtection READ = Architecture.X86_64.protection(VmFlags.READ);

  private final PageTables tables = new PageTables(Architecture.X86_64, () -> false);

  @BeforeEach
  void map() throws ErrnoException {
    tables.fill(0, 1, 3, READ, false);
    tables.insertHuge(1, PMD, 0x200, READ);
    assertThatCode(tables::verify).doesNotThrowAnyException();
  }

  private TableNode table(int level) throws ErrnoException {
    TableNode table = tables.tree().make(level, 0);
    if (table == null) {
      throw new AssertionError("no table at level " + level);
    }
    return table;
  }

  private void broken(String message) {
    assertThatThrownBy(tables::verify)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aWrongCountOfSlots() throws ErrnoException {
    table(0).changed(1, 0);
    broken("used slots are 3, counted 4");
  }

  @Test
  void aWrongCountOfOrdinaryEntries() throws ErrnoException {
    table(0).changed(0, -1);
    broken("ordinary entries are 3, counted 2");
  }

  @Test
  void aWrongCountOfTables() throws ErrnoException {
    table(1).attach(7, new TableNode(0, 512, true));
    broken("count of tables is 1, there are 2");
  }

  @Test
  void aSlotWithAnEntryAndATable() throws ErrnoException {
    table(1).attach(1, new TableNode(0, 512, true));
    broken("an entry and a table (level 1 at 200000)");
  }

  @Test
  void aTableOfAnotherLevel() throws ErrnoException {
    table(1).attach(7, new TableNode(1, 512, true));
    broken("a table of level 1 below (level 1 at e00000)");
  }

  @Test
  void anEntryThatMapsNothing() throws ErrnoException {
    table(0).store(9, 0x1200);
    broken("maps nothing: 1200 (level 0 at 9000)");
  }

  @Test
  void aPageEntryAboveTheLeaf() throws ErrnoException {
    table(1).store(9, 0x40_0201);
    broken("a page entry above the leaf (level 1 at 1200000)");
  }

  @Test
  void aHugeEntryOfOrdinaryFramesIsOne() throws ErrnoException {
    table(1).store(9, 0x40_0081);
    assertThatCode(tables::verify).doesNotThrowAnyException();
  }

  @Test
  void aTransparentHugeEntryWithoutATableSetAside() throws ErrnoException {
    table(1).store(9, EntryFormat.TRANSPARENT | 0x40_0081);
    broken("tables set aside are 0, huge entries for them 1");
  }

  @Test
  void aTableSetAsideForNothing() throws ErrnoException {
    tables.tree().deposit();
    broken("tables set aside are 1, huge entries for them 0");
  }

  @Test
  void aTransparentHugeEntryOfTheWrongSize() throws ErrnoException {
    table(2).store(9, EntryFormat.TRANSPARENT | 0x81);
    broken("a transparent huge entry (level 2 at 240000000)");
  }

  @Test
  void aHugeEntryOfFramesThatAreNotAligned() throws ErrnoException {
    table(1).store(9, 0x40_2281);
    broken("not of aligned frames");
  }

  @Test
  void reservationsOfTwoModesAtOnePlace() {
    ReservedRanges ranges = new ReservedRanges();
    ranges.add(new TrackedRange(1, 4, CacheMode.UNCACHED));
    ranges.add(new TrackedRange(3, 4, CacheMode.UNCACHED));
    assertThatCode(ranges::verify).doesNotThrowAnyException();
    ranges.add(new TrackedRange(6, 4, CacheMode.WRITE_BACK));
    assertThatThrownBy(ranges::verify).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ranges.remove(new TrackedRange(1, 5, CacheMode.UNCACHED)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[1, 6) uncached");
  }
}
