// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Defects;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The VMAs in a range that is about to be unmapped: gathered first (which may fail), then taken out
 * (which may not). Rules: mm-semantics 5.1.
 *
 * <p>A failed gathering keeps the splits it made, as Linux does. Between gathering and {@link
 * #complete} the VMAs stay in the tree.
 */
public final class UnmapSet {
  private final Mm mm;
  private final long start;
  private final long end;
  private final List<Vma> vmas = new ArrayList<>(2);
  private long pages;
  private long accountedPages;
  private boolean closed;
  private final Defects defects = new Defects();

  private UnmapSet(Mm mm, long start, long end) {
    this.mm = mm;
    this.start = start;
    this.end = end;
  }

  /**
   * Gathers what lies in [start, end), splitting at both edges without regard to the map limit.
   *
   * @param first the first VMA that overlaps the range
   * @throws ErrnoException EPERM if one is sealed, ENOMEM if a hole would be punched at the map
   *     limit, or what maySplit says
   */
  public static UnmapSet gather(Mm mm, Vma first, long start, long end) throws ErrnoException {
    UnmapSet set = new UnmapSet(mm, start, end);
    Vma vma = first;
    if (vma.start() < start) {
      if (end < vma.end() && mm.mapCount() >= mm.config().maxMapCount()) {
        throw Errno.ENOMEM.failure();
      }
      refuseSealed(vma);
      vma = mm.editor().split(vma, start, true, false);
    }
    while (true) {
      refuseSealed(vma);
      if (vma.end() > end) {
        vma = mm.editor().split(vma, end, false, false);
      }
      set.add(vma);
      Vma next = vma.end() < end ? mm.tree().overlap(vma.end(), end) : null;
      if (next == null) {
        return set;
      }
      vma = next;
    }
  }

  /** All VMAs of an address space that ends. */
  public static UnmapSet everything(Mm mm) {
    UnmapSet set = new UnmapSet(mm, 0, Long.MAX_VALUE);
    for (Vma vma : mm.tree()) {
      set.add(vma);
    }
    return set;
  }

  private static void refuseSealed(Vma vma) throws ErrnoException {
    if (vma.has(VmFlags.SEALED)) {
      throw Errno.EPERM.failure();
    }
  }

  private void add(Vma vma) {
    vmas.add(vma);
    pages += vma.pages();
    if (vma.has(VmFlags.ACCOUNT)) {
      accountedPages += vma.pages();
    }
  }

  /** Pages gathered. */
  public long pages() {
    return pages;
  }

  /** Charged pages among them that have not been inherited by a new mapping. */
  public long accountedPages() {
    return accountedPages;
  }

  /** A new mapping takes the charge over. */
  public void inheritCharge() {
    accountedPages = 0;
  }

  /** A new mapping takes the charge of so many pages over, if they are charged. */
  public void inheritCharge(long inherited) {
    accountedPages = Math.max(0, accountedPages - inherited);
  }

  /**
   * The point of no return: the old mappings' page tables are cleared, their close callbacks run;
   * nothing can bring them back.
   */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null && !vmas.isEmpty()) {
      clear(tables);
    }
    for (Vma vma : vmas) {
      mm.changes().condemn(vma);
      // A driver that throws must not keep the others from their end.
      defects.keep(() -> VmaLifecycle.closed(mm, vma));
    }
  }

  /** What a driver has thrown so far, or null; {@link #complete} throws it when all is done. */
  public @Nullable RuntimeException defect() {
    return defects.first();
  }

  /** A table page goes if all it covers lies between the neighbours that stay. */
  private void clear(PageTables tables) {
    for (Vma vma : vmas) {
      mm.zap(vma, vma.start(), vma.end());
    }
    long first = vmas.getFirst().start();
    long last = vmas.getLast().end();
    Vma below = mm.tree().before(first);
    Vma above = mm.tree().find(last);
    tables.freeTables(
        first,
        last,
        below == null ? 0 : below.end(),
        above == null ? mm.config().taskSize() : above.start());
  }

  /**
   * Ordinary unmapping: as {@link #remove}, but clearing the tree's range may fail.
   *
   * @throws ErrnoException ENOMEM; the VMAs are as they were after gathering
   */
  public void unmap() throws ErrnoException {
    if (mm.kernel().fails(FailurePlan.Point.TREE_NODE)) {
      throw Errno.ENOMEM.failure();
    }
    remove();
  }

  /** Takes the VMAs out of the tree and completes. */
  public void remove() {
    mm.tree().remove(start, end);
    complete();
  }

  /** Ends their lives after they have left the tree: counters, callbacks, charge. */
  public void complete() {
    close();
    for (Vma vma : vmas) {
      mm.counters().map(vma.flags(), -vma.pages());
      if (vma.has(VmFlags.LOCKED)) {
        mm.counters().lock(-vma.pages());
      }
      mm.changes().ended(vma);
      defects.keep(() -> VmaLifecycle.ended(mm, vma));
    }
    mm.uncharge(accountedPages);
    defects.rethrow();
  }
}
