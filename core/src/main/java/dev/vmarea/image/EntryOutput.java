// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.VmaCursor;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of page tables, in order of address, with the pages that are nobody else's.
 */
final class EntryOutput {
  private final Mm mm;
  private final PageTables tables;
  private final PhysicalMemory memory;
  private final VmaCursor cursor;
  private final long zeroPfn;

  /** Null while it is only checked that all can be written. */
  private final @Nullable SectionOutput out;

  private @Nullable Vma vma;
  private @Nullable IOException failed;

  private EntryOutput(Mm mm, PageTables tables, @Nullable SectionOutput out) {
    this.mm = mm;
    this.tables = tables;
    this.memory = mm.kernel().memory();
    this.zeroPfn = memory.zeroPfnIfAny();
    this.out = out;
    this.cursor = mm.tree().cursor();
    this.vma = cursor.seek(0);
  }

  /**
   * Checks that all entries of {@code mm} can be written.
   *
   * @throws ImageException naming the first that cannot
   */
  static void check(Mm mm) throws IOException {
    run(mm, null);
  }

  /** Writes all entries of {@code mm}. */
  static void write(Mm mm, SectionOutput out) throws IOException {
    run(mm, out);
  }

  private static void run(Mm mm, @Nullable SectionOutput out) throws IOException {
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null) {
      EntryOutput output = new EntryOutput(mm, tables, out);
      tables.walkWithGuards(0, mm.config().taskSize(), output::visit);
      if (output.failed != null) {
        throw output.failed;
      }
    }
  }

  private void visit(long address, int level, long entry) {
    if (failed != null) {
      return;
    }
    try {
      entry(address, level, entry);
    } catch (IOException thrown) {
      failed = thrown;
    }
  }

  private void entry(long address, int level, long entry) throws IOException {
    while (vma != null && vma.end() <= address) {
      vma = cursor.next();
    }
    Vma here = vma;
    if (here == null || here.start() > address) {
      throw new ImageException("an entry where nothing is mapped: " + Long.toHexString(address));
    }
    if (EntryFormat.isGuard(entry)) {
      head(address, 0, EntryKind.GUARD);
      return;
    }
    long pfn = tables.format().pfn(level, entry);
    long bits = tables.format().protection(level, entry).bits();
    if (!tables.format().protection(level, entry).isMapping()) {
      throw cannot("an entry that holds no page", here, address);
    }
    if (EntryFormat.isTransparent(entry)) {
      transparent(address, level, entry, bits, pfn);
      return;
    }
    if (EntryFormat.isSpecial(entry)) {
      if (level == 0 && pfn == zeroPfn) {
        head(address, bits, EntryKind.ZERO);
      } else {
        frame(here, address, level, bits, pfn);
      }
      return;
    }
    KernelPage page = memory.page(pfn);
    if (page == null || level > 0) {
      throw cannot(page == null ? "an entry of a free page" : "a huge page", here, address);
    }
    switch (page.kind()) {
      case ANONYMOUS -> page(address, bits, EntryKind.ANONYMOUS, page);
      case FILE -> filePage(here, address, bits, page);
      case KERNEL -> driversPage(here, address, bits, pfn);
      case SLAB, ZERO, HUGETLB_FILE, HUGETLB_ANONYMOUS ->
          throw cannot("a page of kind " + page.kind(), here, address);
    }
  }

  /** Page by page: a huge page comes back as small ones. */
  private void transparent(long address, int level, long entry, long bits, long pfn)
      throws IOException {
    long pages = Pages.count(mm.kernel().architecture().entrySize(level));
    for (long i = 0; i < pages; i++) {
      long at = address + Pages.bytes(i);
      if (EntryFormat.isSpecial(entry)) {
        head(at, bits, EntryKind.ZERO);
      } else {
        page(at, bits, EntryKind.ANONYMOUS, new KernelPage(memory, pfn + i));
      }
    }
  }

  private static ImageException cannot(String what, Vma vma, long address) {
    return new ImageException(
        what + " at " + Long.toHexString(address) + " in " + SavedTables.name(vma));
  }

  private void filePage(Vma here, long address, long bits, KernelPage page) throws IOException {
    OpenFile file = here.file();
    boolean cached =
        file != null && file.inode().pageCache().frame(here.pgoffAt(address)) == page.pfn();
    if (cached) {
      head(address, bits, EntryKind.CACHED);
    } else {
      page(address, bits, EntryKind.ORPHAN, page);
    }
  }

  private void page(long address, long bits, EntryKind kind, KernelPage page) throws IOException {
    head(address, bits, kind);
    if (out != null) {
      out.page(page.contents().asByteBuffer());
    }
  }

  private void frame(Vma here, long address, int level, long bits, long pfn) throws IOException {
    long saved = savedFrame(here, address, pfn);
    head(address, bits, EntryKind.FRAME);
    if (out != null) {
      out.u8(level).i64(saved);
    }
  }

  private void driversPage(Vma here, long address, long bits, long pfn) throws IOException {
    long saved = savedFrame(here, address, pfn);
    head(address, bits, EntryKind.DRIVERS_PAGE);
    if (out != null) {
      out.i64(saved);
    }
  }

  private long savedFrame(Vma here, long address, long pfn) throws ImageException {
    MappingImage driver = SavedTables.driver(here);
    try {
      return mm.lock().inHook(() -> driver.saveFrame(pfn));
    } catch (IllegalArgumentException refused) {
      ImageException problem = cannot("the driver does not know the page frame", here, address);
      problem.initCause(refused);
      throw problem;
    }
  }

  private void head(long address, long bits, EntryKind kind) throws IOException {
    if (out != null) {
      out.record(Section.ENTR).i64(address).i64(bits).u8(kind.ordinal());
    }
  }
}
