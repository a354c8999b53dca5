// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.VmaCursor;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads entries of page tables, with their pages, into an address space that has its VMAs. */
final class EntryInput {
  private final SectionInput in;
  private final Mm mm;
  private final RestoredFiles files;
  private final PhysicalMemory memory;
  private final VmaCursor cursor;
  private @Nullable Vma vma;
  private long last = -1;

  /** The file whose origin was asked for last. */
  private @Nullable OpenFile asked;

  private boolean askedFound;

  EntryInput(SectionInput in, Mm mm, RestoredFiles files) {
    this.in = in;
    this.mm = mm;
    this.files = files;
    this.memory = mm.kernel().memory();
    this.cursor = mm.tree().cursor();
  }

  /** Reads all entries. */
  void read() throws IOException, ErrnoException {
    vma = cursor.seek(0);
    while (in.next(Section.ENTR)) {
      entry();
    }
  }

  private void entry() throws IOException, ErrnoException {
    long address = in.i64();
    long bits = in.i64();
    EntryKind kind = in.constant(EntryKind.class);
    if (address <= last || !Pages.isAligned(address)) {
      throw in.problem("an entry at " + Long.toHexString(address) + ", out of order");
    }
    while (vma != null && vma.end() <= address) {
      vma = cursor.next();
    }
    Vma here = vma;
    if (here == null || here.start() > address) {
      throw in.problem("an entry where nothing is mapped: " + Long.toHexString(address));
    }
    last = address;
    PageTables tables = mm.pageTables();
    if (kind == EntryKind.GUARD) {
      guard(tables, here, address, bits);
      return;
    }
    PageProtection protection = new PageProtection(bits);
    boolean writable = (bits & PageProtection.WRITE) != 0;
    if (!protection.isMapping()
        || !tables.format().protection(0, bits).equals(protection)
        || writable && !here.has(VmFlags.WRITE)) {
      throw in.problem("bits that no entry has there: " + Long.toHexString(bits));
    }
    switch (kind) {
      case ZERO -> {
        if (writable || !here.isAnonymous()) {
          throw in.problem("the page of zeroes where it cannot be");
        }
        map(tables, address, memory.zeroPage().pfn(), protection, true);
      }
      case ANONYMOUS -> {
        ByteBuffer contents = in.page((int) Pages.SIZE);
        if (here.anon() == null) {
          throw in.problem("a private page in memory without private pages");
        }
        place(tables, address, protection, fresh(KernelPage.Kind.ANONYMOUS, contents));
      }
      case CACHED -> cached(tables, here, address, protection);
      case ORPHAN -> {
        ByteBuffer contents = in.page((int) Pages.SIZE);
        place(tables, address, protection, fresh(KernelPage.Kind.FILE, contents));
      }
      case FRAME -> frame(tables, here, address, protection);
      case DRIVERS_PAGE -> driversPage(tables, here, address, protection);
      case GUARD -> throw new IllegalStateException("a guard marker is no page");
    }
  }

  private void guard(PageTables tables, Vma here, long address, long bits)
      throws ImageException, ErrnoException {
    boolean flagged = !mm.kernel().profile().has(Difference.NO_GUARD_FLAG);
    boolean unfit = here.hasAny(VmFlags.SPECIAL | VmFlags.HUGETLB);
    if (bits != 0 || unfit || flagged && !here.has(VmFlags.MAYBE_GUARD)) {
      throw in.problem("a guard marker where none can be: " + Long.toHexString(address));
    }
    tables.guard(address, address + Pages.SIZE, memory);
  }

  private KernelPage fresh(KernelPage.Kind kind, ByteBuffer contents) throws ErrnoException {
    KernelPage page = memory.allocatePage(kind);
    page.contents().asByteBuffer().put(contents);
    return page;
  }

  private void map(
      PageTables tables, long address, long pfn, PageProtection protection, boolean special)
      throws ImageException, ErrnoException {
    if (!tables.pages().mapIfFree(address, pfn, protection, special)) {
      throw in.problem("a second entry at " + Long.toHexString(address));
    }
  }

  /** The reference to {@code page} becomes the entry's. */
  private void place(PageTables tables, long address, PageProtection protection, KernelPage page)
      throws ImageException, ErrnoException {
    boolean mapped = false;
    try {
      map(tables, address, page.pfn(), protection, false);
      mapped = true;
    } finally {
      if (!mapped) {
        page.put();
      }
    }
  }

  private void cached(PageTables tables, Vma here, long address, PageProtection protection)
      throws ImageException, ErrnoException {
    OpenFile file = here.file();
    if (file == null || here.isAnonymous()) {
      throw in.problem("a page of a file where no file is mapped");
    }
    if (protection.isWritable() && !here.has(VmFlags.SHARED)) {
      throw in.problem("a writable page of a file in private memory");
    }
    long index = here.pgoffAt(address);
    if (isFound(file)) {
      long end = Pages.count(Pages.ceil(Math.max(0, file.inode().size())));
      if (index < 0 || index >= end) {
        return; // the file is shorter here
      }
    } else if (file.inode().pageCache().frame(index) < 0) {
      throw in.problem("page " + index + " of a file, which the image lacks");
    }
    long pfn = file.inode().pageCache().get(memory, index);
    place(tables, address, protection, new KernelPage(memory, pfn));
  }

  private boolean isFound(OpenFile file) {
    if (file != asked) {
      asked = file;
      askedFound = files.isFound(file);
    }
    return askedFound;
  }

  private void frame(PageTables tables, Vma here, long address, PageProtection protection)
      throws ImageException, ErrnoException {
    int level = in.u8();
    long pfn = frameOf(here, in.i64());
    Architecture architecture = mm.kernel().architecture();
    if (level > architecture.maxHugeLevel()
        || pfn < 0
        || pfn >= 1L << 40
        || !here.hasAny(VmFlags.PFNMAP | VmFlags.MIXEDMAP)) {
      throw in.problem("a page frame " + Long.toHexString(pfn) + " of level " + level);
    }
    if (level == 0) {
      map(tables, address, pfn, protection, true);
      return;
    }
    long bytes = architecture.entrySize(level);
    boolean fits =
        (address & (bytes - 1)) == 0
            && (Pages.bytes(pfn) & (bytes - 1)) == 0
            && address + bytes <= here.end();
    if (!fits || !tables.insertHuge(level, address, pfn, protection)) {
      throw in.problem("a huge entry at " + Long.toHexString(address));
    }
    last = address + bytes - Pages.SIZE;
  }

  private void driversPage(PageTables tables, Vma here, long address, PageProtection protection)
      throws ImageException, ErrnoException {
    long pfn = frameOf(here, in.i64());
    KernelPage page = memory.page(pfn);
    if (page == null || page.kind() != KernelPage.Kind.KERNEL || !here.has(VmFlags.MIXEDMAP)) {
      throw new ImageException("the driver of " + SavedTables.name(here) + " has no such page");
    }
    page.get();
    place(tables, address, protection, page);
  }

  private long frameOf(Vma here, long saved) throws ImageException {
    MappingImage driver = SavedTables.driver(here);
    try {
      return mm.lock().inHook(() -> driver.restoreFrame(saved));
    } catch (IllegalArgumentException refused) {
      throw new ImageException(
          "the driver of " + SavedTables.name(here) + " has no such page frame", refused);
    }
  }
}
