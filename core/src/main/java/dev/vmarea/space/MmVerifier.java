// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Difference;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.vma.FileVmaHandle;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.IdentityHashMap;

/** Checks every invariant of an address space. */
public final class MmVerifier {
  private MmVerifier() {}

  /**
   * Checks {@code mm}, whose lock is held.
   *
   * @throws IllegalStateException naming the first invariant that does not hold
   */
  public static void verify(Mm mm) {
    mm.tree().verify(); // so that a lookup finds what the walk finds
    Counters recount = new Counters();
    long lastEnd = 0;
    int count = 0;
    for (Vma vma : mm.tree()) {
      mm.lock().writeLock(vma); // no fault changes anything meanwhile
      require(vma.start() >= lastEnd, "VMAs overlap or are out of order", vma);
      require(vma.end() > vma.start(), "VMA is empty", vma);
      require(
          Pages.isAligned(vma.start()) && Pages.isAligned(vma.end()), "VMA is not aligned", vma);
      require(vma.end() <= mm.config().taskSize(), "VMA leaves the address space", vma);
      require(vma.handle().current() == vma, "handle holds another version", vma);
      checkFlags(vma);
      checkFile(vma);
      recount.map(vma.flags(), vma.pages());
      if (vma.has(VmFlags.LOCKED)) {
        recount.lock(vma.pages());
      }
      lastEnd = vma.end();
      count++;
    }
    checkReservations(mm);
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null) {
      tables.verify();
      checkGuards(mm, tables);
      tables.walk(
          0,
          mm.config().taskSize(),
          (address, level, entry) -> checkEntry(mm, tables, address, level, entry));
    }
    require(count == mm.mapCount(), "map count is " + mm.mapCount() + ", VMAs " + count);
    Counters counters = mm.counters();
    require(
        counters.totalVm() == recount.totalVm(),
        "total_vm is " + counters.totalVm() + ", pages " + recount.totalVm());
    require(
        counters.dataVm() == recount.dataVm(),
        "data_vm is " + counters.dataVm() + ", pages " + recount.dataVm());
    require(
        counters.execVm() == recount.execVm(),
        "exec_vm is " + counters.execVm() + ", pages " + recount.execVm());
    require(
        counters.stackVm() == recount.stackVm(),
        "stack_vm is " + counters.stackVm() + ", pages " + recount.stackVm());
    // MREMAP_DONTUNMAP of locked memory leaves locked_vm too high, as in Linux (trap 35).
    require(
        counters.lockedVm() >= recount.lockedVm(),
        "locked_vm is " + counters.lockedVm() + ", pages " + recount.lockedVm());
  }

  /** A file's mappings hold references to it and can be found from it. */
  private static void checkFile(Vma vma) {
    OpenFile file = vma.file();
    if (file == null) {
      return;
    }
    require(file.references() > 0, "the file is closed", vma);
    require(
        vma.handle() instanceof FileVmaHandle handle
            && handle.map() == file.inode().reverseMap()
            && handle.isLinked(),
        "not in the reverse map of its file",
        vma);
  }

  /** Guard markers lie in VMAs that may have them. */
  private static void checkGuards(Mm mm, PageTables tables) {
    boolean flagged = !mm.kernel().profile().has(Difference.NO_GUARD_FLAG);
    long at = 0;
    for (Vma vma : mm.tree()) {
      require(tables.firstGuard(at, vma.start()) < 0, "guard markers in the gap below", vma);
      boolean may = !flagged || vma.has(VmFlags.MAYBE_GUARD);
      require(may || tables.firstGuard(vma.start(), vma.end()) < 0, "guard markers in", vma);
      at = vma.end();
    }
    require(tables.firstGuard(at, mm.config().taskSize()) < 0, "guard markers behind all VMAs");
  }

  /** An entry lies in a VMA, grants no more than it, and leads to a page that is in use. */
  private static void checkEntry(Mm mm, PageTables tables, long address, int level, long entry) {
    Vma vma = mm.tree().lookup(address);
    require(vma != null, "an entry where nothing is mapped: " + Long.toHexString(address));
    if (vma == null) {
      return;
    }
    boolean writes = (entry & PageProtection.WRITE) != 0 && (entry & PageProtection.PRESENT) != 0;
    require(!writes || vma.has(VmFlags.WRITE), "a writable entry in", vma);
    if (!EntryFormat.isSpecial(entry)) {
      long end = address + mm.kernel().architecture().entrySize(level);
      require(address >= vma.start() && end <= vma.end(), "an entry reaches out of", vma);
      KernelPage page = mm.kernel().memory().page(tables.format().pfn(level, entry));
      require(page != null, "an entry of a page that is free in", vma);
      boolean anonymous = page != null && page.kind() == KernelPage.Kind.ANONYMOUS;
      require(!anonymous || vma.anon() != null, "a private page without anon_vma in", vma);
    }
  }

  /** Page frames are held as often as VMAs say so; other address spaces may hold them too. */
  private static void checkReservations(Mm mm) {
    IdentityHashMap<PfnReservation, Integer> held = new IdentityHashMap<>();
    for (Vma vma : mm.tree()) {
      PfnReservation reservation = vma.extras().driver().reservation();
      if (reservation != null) {
        held.merge(reservation, 1, Integer::sum);
      }
    }
    held.forEach((reservation, times) ->
        require(
            reservation.references() >= times,
            times + " VMAs hold " + reservation + ", it knows " + reservation.references()));
  }

  private static void checkFlags(Vma vma) {
    long unallowed = (vma.flags() & VmFlags.ACCESS) & ~(vma.flags() >>> 4);
    require(unallowed == 0, "access without its MAY bit", vma);
    require(!vma.has(VmFlags.SHARED) || vma.has(VmFlags.MAYSHARE), "SHARED without MAYSHARE", vma);
    require(!vma.has(VmFlags.SHARED) || vma.anon() == null, "shared VMA with anon_vma", vma);
    require(
        vma.file() != null || vma.ops() == null || vma.ops().name(vma) != null,
        "callbacks without file",
        vma);
  }

  private static void require(boolean holds, String invariant, Vma vma) {
    if (!holds) {
      throw new IllegalStateException(invariant + ": " + vma);
    }
  }

  private static void require(boolean holds, String invariant) {
    if (!holds) {
      throw new IllegalStateException(invariant);
    }
  }
}
