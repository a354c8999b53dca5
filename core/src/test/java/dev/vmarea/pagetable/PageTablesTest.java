// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTablesTest {
  private static final long PAGE = 0x1000;
  private static final long PMD = 0x20_0000;
  private static final long PUD = 0x4000_0000;

  /** In the middle of everything, where three levels of tables meet. */
  private static final long BASE = 0x7f00_0000_0000L;

  private static final PageProtection SHARED =
      Architecture.X86_64.protection(VmFlags.READ | VmFlags.WRITE | VmFlags.SHARED);
  private static final PageProtection READ = Architecture.X86_64.protection(VmFlags.READ);
  private static final PageProtection NONE = Architecture.X86_64.protection(0);

  private final PhysicalMemory memory = PhysicalMemory.standard(0x1000);

  /** Allocations of tables that still succeed. */
  private int left = Integer.MAX_VALUE;

  private final PageTables tables = new PageTables(Architecture.X86_64, () -> left-- <= 0);

  private KernelPage page() throws ErrnoException {
    return memory.allocatePage();
  }

  @Test
  void aFilledEntryIsFrameProtectionAndSpecial() throws ErrnoException {
    tables.fill(BASE, 0xc_0000, 2, SHARED.noncached(), true);
    // c0001 << 12 = c0001000; P RW US A = 27, PCD 10, SPECIAL 200, NX
    assertThat(tables.entry(BASE + PAGE)).isEqualTo(0x8000_0000_c000_1237L);
    assertThat(tables.entryLevel(BASE + PAGE + 0xfff)).isZero();
    assertThat(tables.entry(BASE + 2 * PAGE)).isZero();
    assertThat(tables.entryLevel(BASE + 2 * PAGE)).isEqualTo(-1);
    tables.verify();
  }

  @Test
  void aPageOf8KilobytesKeepsItsFrameAtBit12() throws ErrnoException {
    PageTables sparc = new PageTables(Architecture.SPARC64, () -> false);
    sparc.fill(0x2000, 0x78_1234, 1, SHARED, true);
    // 781234 << 12; 27 and SPECIAL
    assertThat(sparc.entry(0x3fff)).isEqualTo(0x8000_0007_8123_4227L);
    assertThat(sparc.entry(0x1fff)).isZero();
  }

  @Test
  void bitsOfAFrameWithoutRoomAreLost() throws ErrnoException {
    // 40 bits are kept: the next frame after the last one is 0.
    tables.fill(BASE, 0xff_ffff_ffffL, 2, READ, true);
    assertThat(tables.format().pfn(0, tables.entry(BASE))).isEqualTo(0xff_ffff_ffffL);
    assertThat(tables.format().pfn(0, tables.entry(BASE + PAGE))).isZero();
    assertThat(tables.format().protection(0, tables.entry(BASE + PAGE))).isEqualTo(READ);
  }

  @Test
  void encryptionIsNoPartOfTheFrame() throws ErrnoException {
    Architecture encrypted = Architecture.X86_64_ENCRYPTED;
    PageTables sme = new PageTables(encrypted, () -> false);
    PageProtection protection = encrypted.protection(VmFlags.READ);
    sme.fill(BASE, 0x1234, 1, protection, true);
    // 1234 << 12; P US A = 25, SPECIAL 200, bit 47, NX
    assertThat(sme.entry(BASE)).isEqualTo(0x8000_8000_0123_4225L);
    assertThat(sme.format().pfn(0, sme.entry(BASE))).isEqualTo(0x1234);
    sme.protect(BASE, BASE + PAGE, SHARED);
    assertThat(sme.format().protection(0, sme.entry(BASE)).bits())
        .isEqualTo(SHARED.bits() | PageProtection.ENCRYPTED);
  }

  @Test
  void fillingNeedsAPageBoundaryAndRoom() throws ErrnoException {
    assertThatThrownBy(() -> tables.fill(BASE + 1, 0, 1, READ, true))
        .isSameAs(Errno.EINVAL.failure());
    assertThatThrownBy(() -> tables.fill(BASE, 0, 0, READ, true))
        .isInstanceOf(IllegalArgumentException.class);
    long last = Architecture.X86_64.addressLimit() - PAGE;
    assertThatThrownBy(() -> tables.fill(last, 0, 2, READ, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tables.fill(BASE, 0, 1, new PageProtection(0), true))
        .isInstanceOf(IllegalArgumentException.class);
    tables.fill(last, 0, 1, NONE, true);
    assertThat(tables.entryLevel(last)).isZero();
    tables.verify();
  }

  @Test
  void anOccupiedEntryIsNamed() throws ErrnoException {
    tables.fill(BASE + 3 * PAGE, 7, 1, READ, true);
    assertThatThrownBy(() -> tables.fill(BASE + PAGE, 0, 8, READ, true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("7f0000003000");
    tables.insertHuge(1, BASE + PMD, 0, READ);
    assertThatThrownBy(() -> tables.fill(BASE + PMD + PAGE, 0, 1, READ, true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("7f0000201000");
    tables.verify();
  }

  @Test
  void whatWasFilledStaysWhenTablesRunOut() throws ErrnoException {
    left = 3;
    long start = BASE + PMD - PAGE;
    assertThatThrownBy(() -> tables.fill(start, 0x50, 2, READ, true))
        .isSameAs(Errno.ENOMEM.failure());
    assertThat(tables.runs(BASE, BASE + 2 * PMD))
        .containsExactly(new EntryRun(start, BASE + PMD, 0, 0x50, READ, true));
    assertThat(tables.tablePages()).isEqualTo(3);
    assertThat(tables.zap(start, BASE + PMD + PAGE, memory)).isEqualTo(1);
  }

  @Test
  void tablesAreCountedByLevelWithoutTheTop() throws ErrnoException {
    assertThat(tables.tablePages()).isZero();
    tables.fill(BASE, 0, 513, READ, true);
    assertThat(tables.tablePages(0)).isEqualTo(2);
    assertThat(tables.tablePages(1)).isEqualTo(1);
    assertThat(tables.tablePages(2)).isEqualTo(1);
    assertThat(tables.tablePages(3)).isZero();
    assertThat(tables.tablePages()).isEqualTo(4);
  }

  @Test
  void aPageIsHeldByItsEntry() throws ErrnoException {
    KernelPage page = page();
    tables.insertPage(BASE, page, SHARED);
    assertThat(page.references()).isEqualTo(2);
    assertThat(EntryFormat.isSpecial(tables.entry(BASE))).isFalse();
    memory.free(page);
    assertThat(memory.page(page.pfn())).isEqualTo(page);
    assertThat(tables.zap(BASE, BASE + PAGE, memory)).isEqualTo(1);
    assertThat(memory.page(page.pfn())).isNull();
  }

  @Test
  void insertingAPageFailsInOrder() throws ErrnoException {
    KernelPage slab = memory.allocatePage(KernelPage.Kind.SLAB);
    KernelPage page = page();
    // Two tables above the leaf are missing.
    left = 1;
    assertThatThrownBy(() -> tables.insertPage(BASE, slab, SHARED))
        .isSameAs(Errno.EFAULT.failure());
    left = 1;
    assertThatThrownBy(() -> tables.insertPage(BASE, slab, SHARED))
        .isSameAs(Errno.ENOMEM.failure());
    left = 1;
    assertThatThrownBy(() -> tables.insertPage(BASE, slab, SHARED))
        .isSameAs(Errno.EINVAL.failure());
    tables.insertPage(BASE, page, SHARED);
    assertThatThrownBy(() -> tables.insertPage(BASE, slab, SHARED))
        .isSameAs(Errno.EINVAL.failure());
    assertThatThrownBy(() -> tables.insertPage(BASE, page, SHARED)).isSameAs(Errno.EBUSY.failure());
    assertThat(page.references()).isEqualTo(2);
  }

  @Test
  void aBareFrameLeavesAnEntryAlone() throws ErrnoException {
    assertThat(tables.insertPfn(BASE, 0xc_0000, READ)).isTrue();
    long entry = tables.entry(BASE);
    assertThat(EntryFormat.isSpecial(entry)).isTrue();
    assertThat(tables.insertPfn(BASE, 0xd_0000, SHARED)).isFalse();
    assertThat(tables.entry(BASE)).isEqualTo(entry);
    left = 0;
    assertThatThrownBy(() -> tables.insertPfn(BASE + PMD, 1, READ))
        .isSameAs(Errno.ENOMEM.failure());
  }

  @Test
  void aHugeEntrySaysSoAndMovesItsCacheBit() throws ErrnoException {
    // Write-through has PAT, PCD and PWT.
    assertThat(tables.insertHuge(1, BASE, 0x600, READ.writeThrough())).isTrue();
    // 600 << 12; P US A PWT PCD PSE = bd, SPECIAL 200, PAT at bit 12, NX
    assertThat(tables.entry(BASE + 0x12_3456)).isEqualTo(0x8000_0000_0060_12bdL);
    assertThat(tables.entryLevel(BASE + 0x12_3456)).isEqualTo(1);
    assertThat(tables.runs(BASE, BASE + PMD))
        .containsExactly(new EntryRun(BASE, BASE + PMD, 1, 0x600, READ.writeThrough(), true));
    tables.protect(BASE, BASE + PMD, SHARED);
    // RW 2 came
    assertThat(tables.entry(BASE)).isEqualTo(0x8000_0000_0060_12bfL);
    tables.verify();
  }

  @Test
  void aHugeEntryLeavesTablesAndEntriesAlone() throws ErrnoException {
    tables.fill(BASE, 0, 1, READ, true);
    assertThat(tables.insertHuge(1, BASE, 0, READ)).isFalse();
    assertThat(tables.insertHuge(2, BASE, 0, READ)).isFalse();
    assertThat(tables.insertHuge(2, BASE + PUD, 0, READ)).isTrue();
    assertThat(tables.insertHuge(1, BASE + PUD + PMD, 0, READ)).isFalse();
    assertThat(tables.insertHuge(2, BASE + PUD, 0, READ)).isFalse();
    assertThat(tables.insertPfn(BASE + PUD, 0, READ)).isFalse();
    assertThat(tables.tablePages()).isEqualTo(3);
    // Only an empty table, but a table.
    tables.zap(BASE, BASE + PAGE, memory);
    assertThat(tables.insertHuge(1, BASE, 0, READ)).isFalse();
    tables.freeTables(BASE, BASE + PAGE, BASE, BASE + PMD);
    assertThat(tables.insertHuge(1, BASE, 0, READ)).isTrue();
    tables.verify();
  }

  @Test
  void manyHugeEntriesGoRoundWhatIsThere() throws ErrnoException {
    assertThat(tables.insertHuge(1, BASE, 0, 512, READ)).isEqualTo(512);
    assertThat(tables.zap(BASE + PMD, BASE + 3 * PMD, memory)).isEqualTo(2);
    tables.fill(BASE + PMD, 1, 1, READ, true);
    assertThat(tables.insertHuge(1, BASE, 0, 513, READ)).isEqualTo(2);
    assertThat(tables.runs(BASE, BASE + 2 * PUD))
        .containsExactly(
            new EntryRun(BASE, BASE + PMD, 1, 0, READ, true),
            new EntryRun(BASE + PMD, BASE + PMD + PAGE, 0, 1, READ, true),
            new EntryRun(BASE + 2 * PMD, BASE + 513 * PMD, 1, 0x400, READ, true));
    tables.verify();
  }

  @Test
  void hugeEntriesAreAlignedAndWhereTheArchitectureHasThem() {
    PageTables mips = new PageTables(Architecture.MIPS, () -> false);
    assertThatThrownBy(() -> mips.insertHuge(1, 0, 0, READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mips");
    assertThatThrownBy(() -> tables.insertHuge(3, 0, 0, READ))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tables.insertHuge(0, 0, 0, READ))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tables.insertHuge(1, BASE + PAGE, 0, READ))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tables.insertHuge(1, BASE, 1, READ))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PageTables(Architecture.NOMMU, () -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nommu");
  }

  @Test
  void aHugeEntryCutBySomethingGoesAltogether() throws ErrnoException {
    tables.insertHuge(1, BASE, 0, 3, READ);
    assertThat(tables.zap(BASE + PAGE, BASE + 2 * PAGE, memory)).isEqualTo(1);
    tables.protect(BASE + PMD + PAGE, BASE + 3 * PMD, SHARED);
    assertThat(tables.runs(BASE, BASE + 3 * PMD))
        .containsExactly(new EntryRun(BASE + 2 * PMD, BASE + 3 * PMD, 1, 0x400, SHARED, true));
    tables.move(BASE + 2 * PMD, BASE + PUD, PAGE);
    assertThat(tables.runs(0, Architecture.X86_64.addressLimit())).isEmpty();
    tables.verify();
  }

  @Test
  void aDriversCacheModeSurvivesOtherRights() throws ErrnoException {
    tables.fill(BASE, 0xc_0000, 4, SHARED.writeCombine(), true);
    tables.protect(BASE, BASE + 2 * PAGE, NONE);
    // c0000 << 12; A PROTNONE = 120, PWT 8, SPECIAL 200: the page is not present, but mapped
    assertThat(tables.entry(BASE)).isEqualTo(0xc000_0328L);
    tables.protect(BASE, BASE + 4 * PAGE, READ);
    assertThat(tables.runs(BASE, BASE + PMD))
        .containsExactly(
            new EntryRun(BASE, BASE + 4 * PAGE, 0, 0xc_0000, READ.writeCombine(), true));
    assertThat(READ.writeCombine().cacheMode()).isEqualTo(CacheMode.WRITE_COMBINING);
  }

  @Test
  void tablesAreFreedWhereNoNeighbourNeedsThem() throws ErrnoException {
    tables.fill(BASE, 0, 1024, READ, true);
    tables.zap(BASE, BASE + PMD + PMD / 2, memory);
    // A neighbour begins in the second leaf table.
    tables.freeTables(BASE, BASE + PMD + PMD / 2, 0, BASE + PMD + PMD / 2);
    assertThat(tables.tablePages(0)).isEqualTo(1);
    assertThat(tables.tablePages(1)).isEqualTo(1);
    // Not even an unhappy caller can lose entries.
    tables.freeTables(BASE, BASE + 2 * PMD, 0, 0);
    assertThat(tables.tablePages(0)).isEqualTo(1);
    tables.zap(BASE, BASE + 2 * PMD, memory);
    // The area before ends in the same leaf table.
    tables.freeTables(BASE + PMD, BASE + 2 * PMD, BASE + PMD + PAGE, 0);
    assertThat(tables.tablePages()).isEqualTo(3);
    // A neighbour within the same GiB, but in no leaf table of ours.
    tables.freeTables(BASE + PMD, BASE + 2 * PMD, BASE + PMD, 0);
    assertThat(tables.tablePages(0)).isZero();
    assertThat(tables.tablePages()).isEqualTo(2);
    tables.freeTables(BASE + PMD, BASE + 2 * PMD, 0, Architecture.X86_64.addressLimit());
    assertThat(tables.tablePages()).isZero();
    tables.verify();
  }

  @Test
  void aTableMovesWhereBothPlacesLieAlike() throws ErrnoException {
    tables.fill(BASE, 0x100, 1024, READ, true);
    // Tables of the target: one of level 2 and one of level 1. The leaves come along.
    left = 1;
    tables.move(BASE, BASE + PUD, 2 * PMD);
    assertThat(left).isZero();
    assertThat(tables.tablePages(0)).isEqualTo(2);
    assertThat(tables.runs(0, Architecture.X86_64.addressLimit()))
        .containsExactly(new EntryRun(BASE + PUD, BASE + PUD + 2 * PMD, 0, 0x100, READ, true));
    // All of the GiB: the table of level 1 moves.
    left = 0;
    tables.move(BASE + PUD, BASE + 3 * PUD, PUD);
    assertThat(tables.entryLevel(BASE + 3 * PUD)).isZero();
    tables.verify();
  }

  @Test
  void aHugeEntryMovesWhereOneFits() throws ErrnoException {
    tables.insertHuge(1, BASE, 0x600, READ);
    tables.insertHuge(2, BASE + PUD, 0x4_0000, READ);
    tables.move(BASE, BASE + 5 * PUD + PMD, PMD);
    tables.move(BASE + PUD, BASE + 7 * PUD, PUD);
    assertThat(tables.runs(0, Architecture.X86_64.addressLimit()))
        .containsExactly(
            new EntryRun(BASE + 5 * PUD + PMD, BASE + 5 * PUD + 2 * PMD, 1, 0x600, READ, true),
            new EntryRun(BASE + 7 * PUD, BASE + 8 * PUD, 2, 0x4_0000, READ, true));
    tables.verify();
  }

  @Test
  void aHugeEntryGoesWhereNoneFits() throws ErrnoException {
    tables.insertHuge(1, BASE, 0, 4, READ);
    // Across two places of a huge entry.
    tables.move(BASE, BASE + PUD + PAGE, PMD);
    // Onto a table, though an empty one.
    tables.fill(BASE + 2 * PUD, 0, 1, READ, true);
    tables.zap(BASE + 2 * PUD, BASE + 2 * PUD + PAGE, memory);
    tables.move(BASE + PMD, BASE + 2 * PUD, PMD);
    // Not all of it.
    tables.move(BASE + 2 * PMD, BASE + 3 * PUD, PMD - PAGE);
    assertThat(tables.runs(0, Architecture.X86_64.addressLimit()))
        .containsExactly(new EntryRun(BASE + 3 * PMD, BASE + 4 * PMD, 1, 0x600, READ, true));
    tables.verify();
  }

  /** Across two slots of the top table: there is room for the first entry or table only. */
  @Test
  void aFailedMoveLeavesWhatWouldMoveWhole() throws ErrnoException {
    long target = BASE + 512 * PUD - PMD;
    tables.insertHuge(1, BASE, 0, 2, READ);
    tables.fill(BASE + 2 * PMD, 0, 1024, SHARED, true);
    for (long from = BASE; from <= BASE + 2 * PMD; from += 2 * PMD) {
      long source = from;
      left = 1;
      assertThatThrownBy(() -> tables.move(source, target, 2 * PMD))
          .isSameAs(Errno.ENOMEM.failure());
      assertThat(tables.runs(0, Architecture.X86_64.addressLimit()))
          .containsExactly(
              new EntryRun(BASE, BASE + 2 * PMD, 1, 0, READ, true),
              new EntryRun(BASE + 2 * PMD, BASE + 4 * PMD, 0, 0, SHARED, true));
      tables.freeTables(target, target + 2 * PMD, BASE + PUD, 0);
    }
    tables.verify();
  }

  @Test
  void aFailedMoveLeavesTheSource() throws ErrnoException {
    tables.fill(BASE, 0x100, 1024, READ, true);
    left = 2;
    long target = BASE + PUD + PMD - PAGE;
    assertThatThrownBy(() -> tables.move(BASE, target, 2 * PMD)).isSameAs(Errno.ENOMEM.failure());
    assertThat(tables.runs(0, Architecture.X86_64.addressLimit()))
        .containsExactly(new EntryRun(BASE, BASE + 2 * PMD, 0, 0x100, READ, true));
    tables.freeTables(target, target + 2 * PMD, BASE + PUD, 0);
    assertThat(tables.tablePages()).isEqualTo(4);
    tables.verify();
  }

  /** The table in the middle is both: the empty end of the source, and where the target begins. */
  @Test
  void aTableOfBothRangesNeedsNoTableBehindIt() throws ErrnoException {
    tables.fill(BASE + 0x1f0 * PAGE, 0x100, 0x30, READ, true);
    tables.zap(BASE + PMD, BASE + 2 * PMD, memory);
    left = 0;
    tables.move(BASE + 0x1f0 * PAGE, BASE + 0x3f0 * PAGE, 0x20 * PAGE);
    assertThat(tables.runs(BASE, BASE + 3 * PMD))
        .containsExactly(
            new EntryRun(BASE + 0x3f0 * PAGE, BASE + 0x400 * PAGE, 0, 0x100, READ, true));
  }

  @Test
  void aMoveOntoSomethingIsNamed() throws ErrnoException {
    tables.fill(BASE, 0, 2, READ, true);
    tables.fill(BASE + PMD + PAGE, 9, 1, READ, true);
    assertThatThrownBy(() -> tables.move(BASE, BASE + PMD, 2 * PAGE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("7f0000201000");
  }

  @Test
  void aStackShiftsDownOverItself() throws ErrnoException {
    KernelPage page = page();
    tables.insertPage(BASE + 5 * PAGE, page, SHARED);
    tables.fill(BASE + 6 * PAGE, 0x50, 3, READ, true);
    tables.move(BASE + 4 * PAGE, BASE + 2 * PAGE, 5 * PAGE);
    assertThat(tables.runs(BASE, BASE + PMD))
        .containsExactly(
            new EntryRun(BASE + 3 * PAGE, BASE + 4 * PAGE, 0, page.pfn(), SHARED, false),
            new EntryRun(BASE + 4 * PAGE, BASE + 7 * PAGE, 0, 0x50, READ, true));
    assertThat(page.references()).isEqualTo(2);
    tables.verify();
  }

  @Test
  void aForkTakesTheRightToWriteFromBoth() throws ErrnoException {
    PageProtection dirty = new PageProtection(SHARED.bits() | PageProtection.DIRTY);
    KernelPage page = page();
    tables.insertPage(BASE, page, dirty);
    tables.insertHuge(1, BASE + PMD, 0x200, dirty);
    PageTables child = new PageTables(Architecture.X86_64, () -> false);
    tables.copyTo(child, BASE, BASE + 2 * PMD, true, memory);
    // RW is 2, A is 20: both are read-only, the child is not accessed.
    assertThat(tables.entry(BASE) & 0x62).isEqualTo(0x60);
    assertThat(child.entry(BASE) & 0x62).isEqualTo(0x40);
    assertThat(tables.entry(BASE + PMD) & 0x62).isEqualTo(0x60);
    assertThat(child.entry(BASE + PMD) & 0x62).isEqualTo(0x40);
    assertThat(page.references()).isEqualTo(3);
    child.verify();
  }

  @Test
  void aForkSharesWhatIsShared() throws ErrnoException {
    PageProtection dirty = new PageProtection(SHARED.bits() | PageProtection.DIRTY);
    tables.fill(BASE, 0xc_0000, 2, dirty, true);
    PageTables child = new PageTables(Architecture.X86_64, () -> false);
    tables.copyTo(child, BASE, BASE + PAGE, false, memory);
    assertThat(tables.entry(BASE) & 0x62).isEqualTo(0x62);
    assertThat(child.entry(BASE) & 0x62).isEqualTo(0x02);
    assertThat(child.entry(BASE + PAGE)).isZero();
    assertThatThrownBy(() -> tables.copyTo(child, BASE, BASE + PAGE, false, memory))
        .isInstanceOf(IllegalStateException.class);
    PageTables other = new PageTables(Architecture.SPARC64, () -> false);
    assertThatThrownBy(() -> tables.copyTo(other, 0, 0x2000, false, memory))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aForkWithoutTablesKeepsWhatItCopied() throws ErrnoException {
    KernelPage page = page();
    tables.insertPage(BASE, page, SHARED);
    tables.insertPage(BASE + PMD, page, SHARED);
    int[] childLeft = {3};
    PageTables child = new PageTables(Architecture.X86_64, () -> childLeft[0]-- <= 0);
    assertThatThrownBy(() -> tables.copyTo(child, BASE, BASE + 2 * PMD, true, memory))
        .isSameAs(Errno.ENOMEM.failure());
    assertThat(page.references()).isEqualTo(4);
    assertThat(child.zap(BASE, BASE + 2 * PMD, memory)).isEqualTo(1);
    assertThat(page.references()).isEqualTo(3);
  }

  @Test
  void runsEndWhereAnythingChanges() throws ErrnoException {
    tables.fill(BASE, 0x10, 2, READ, true);
    tables.fill(BASE + 2 * PAGE, 0x12, 1, SHARED, true);
    tables.fill(BASE + 3 * PAGE, 0x14, 1, SHARED, true);
    tables.fill(BASE + 4 * PAGE, 0x15, 1, SHARED, false);
    tables.fill(BASE + 6 * PAGE, 0x17, 1, SHARED, false);
    assertThat(tables.runs(BASE, BASE + PMD))
        .containsExactly(
            new EntryRun(BASE, BASE + 2 * PAGE, 0, 0x10, READ, true),
            new EntryRun(BASE + 2 * PAGE, BASE + 3 * PAGE, 0, 0x12, SHARED, true),
            new EntryRun(BASE + 3 * PAGE, BASE + 4 * PAGE, 0, 0x14, SHARED, true),
            new EntryRun(BASE + 4 * PAGE, BASE + 5 * PAGE, 0, 0x15, SHARED, false),
            new EntryRun(BASE + 6 * PAGE, BASE + 7 * PAGE, 0, 0x17, SHARED, false));
    assertThat(tables.runs(BASE + PAGE, BASE + 2 * PAGE))
        .containsExactly(new EntryRun(BASE + PAGE, BASE + 2 * PAGE, 0, 0x11, READ, true));
  }

  @Test
  void noAddressBeyondTheTablesMapsAnything() throws ErrnoException {
    tables.fill(0, 1, 1, READ, true);
    for (long address : new long[] {-1, Long.MIN_VALUE, 1L << 48, 1L << 52}) {
      assertThat(tables.entry(address)).isZero();
      assertThat(tables.entryLevel(address)).isEqualTo(-1);
    }
    assertThatThrownBy(() -> tables.zap(PAGE, 0, memory))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tables.zap(0, 1, memory)).isInstanceOf(IllegalArgumentException.class);
  }

  private interface Call {
    void run(long start, long end, PageProtection protection) throws ErrnoException;
  }

  /** Every operation, on a range or on what begins at its start. */
  private List<Call> calls() throws ErrnoException {
    KernelPage page = page();
    PageTables child = new PageTables(Architecture.X86_64, () -> false);
    return List.of(
        (start, end, prot) -> tables.insertPage(start, page, prot),
        (start, end, prot) -> tables.insertPfn(start, 1, prot),
        (start, end, prot) -> tables.protect(start, end, prot),
        (start, end, prot) -> tables.zap(start, end, memory),
        (start, end, prot) -> tables.freeTables(start, end, 0, 0),
        (start, end, prot) -> tables.move(start, BASE, end - start),
        (start, end, prot) -> tables.move(BASE, start, end - start),
        (start, end, prot) -> tables.copyTo(child, start, end, true, memory),
        (start, end, prot) -> tables.walk(start, end, (address, level, entry) -> {}),
        (start, end, prot) -> tables.runs(start, end),
        (start, end, prot) -> tables.insertHuge(1, start, 0, prot),
        (start, end, prot) -> tables.insertHuge(2, start, 0, 1, prot));
  }

  @Test
  void nothingWorksOutsideOfUserAddresses() throws ErrnoException {
    long limit = Architecture.X86_64.addressLimit();
    for (Call call : calls()) {
      for (long start : new long[] {limit, limit + PAGE, -PUD, 1L << 48, PAGE + 1, 0xfff}) {
        assertThatThrownBy(() -> call.run(start, start + PAGE, READ))
            .as(Long.toHexString(start))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(tables.tablePages()).isZero();
  }

  @Test
  void nothingIsMappedWithoutAnyRight() throws ErrnoException {
    PageProtection nothing = new PageProtection(PageProtection.WRITE | PageProtection.USER);
    List<Call> calls = calls();
    for (Call call : List.of(calls.get(0), calls.get(1), calls.get(2), calls.get(10))) {
      assertThatThrownBy(() -> call.run(BASE, BASE + PMD, nothing))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maps nothing");
    }
    assertThatThrownBy(() -> tables.insertHuge(1, BASE, 0, 2, nothing))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hugeEntriesEndBelowTheLimit() {
    // The last GiB lacks its last page.
    long start = Architecture.X86_64.addressLimit() + PAGE - PUD;
    assertThatThrownBy(() -> tables.insertHuge(2, start, 0, READ))
        .isInstanceOf(IllegalArgumentException.class);
    for (long count : new long[] {0, -1, 512, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> tables.insertHuge(1, start, 0, count, READ))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void emptyRangesAreNothing() throws ErrnoException {
    tables.fill(BASE, 0, 1, READ, true);
    tables.move(BASE, BASE + PMD, 0);
    tables.move(BASE, BASE, PAGE);
    tables.protect(BASE, BASE, SHARED);
    tables.freeTables(BASE, BASE, 0, 0);
    assertThat(tables.zap(BASE, BASE, memory)).isZero();
    assertThat(tables.runs(BASE, BASE + PAGE))
        .containsExactly(new EntryRun(BASE, BASE + PAGE, 0, 0, READ, true));
    assertThat(tables.architecture()).isSameAs(Architecture.X86_64);
  }
}
