// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.memory.DeviceFrame;
import dev.vmarea.memory.FrameSource;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;

/**
 * Makes the entry that an access needs, in a VMA that allows it: a page of zeroes, a page of its
 * own, the file's page, a copy, or what the driver has (the table of mm-semantics 7). Whoever calls
 * it holds the VMA's lock or the address space's.
 */
final class EntryMaker {
  private static final long WRITTEN = PageProtection.ACCESSED | PageProtection.DIRTY;
  private static final long WRITABLE = PageProtection.WRITE | WRITTEN;

  private final Mm mm;
  private final Task task;
  private final Vma vma;
  private final long address;
  private final long page;
  private final boolean write;
  private final FrameSource frames;
  private final PhysicalMemory memory;
  private final boolean locked;

  /**
   * An entry for {@code address} (bytes).
   *
   * @param locked whether the address space's lock is held
   */
  EntryMaker(
      Mm mm, Task task, Vma vma, long address, boolean write, FrameSource frames, boolean locked) {
    this.mm = mm;
    this.task = task;
    this.vma = vma;
    this.address = address;
    this.page = Pages.floor(address);
    this.write = write;
    this.frames = frames;
    this.memory = mm.kernel().memory();
    this.locked = locked;
  }

  /**
   * Makes it.
   *
   * @throws ErrnoException ENOMEM without a frame or a table; EFAULT where there is nothing to map
   */
  FaultOutcome make() throws ErrnoException {
    HugetlbMapping mapping = HugetlbMapping.of(vma);
    if (mapping != null) {
      return makeHugetlb(mapping);
    }
    long entry = mm.pageTables().entry(page);
    if (entry == 0) {
      return makeEntry();
    }
    if (EntryFormat.isGuard(entry)) {
      return FaultOutcome.GUARDED;
    }
    return write && (entry & PageProtection.WRITE) == 0 ? makeWritable(entry) : note(entry);
  }

  private FaultOutcome makeHugetlb(HugetlbMapping mapping) throws ErrnoException {
    if (!locked) {
      return FaultOutcome.NEEDS_LOCK;
    }
    mm.lock().writeLock(vma); // no fault is under way beside this one
    new HugetlbFault(mm, vma, mapping, address).handle(write);
    return note(mm.pageTables().entry(page)); // a child's copy is not accessed at first
  }

  /** Accessed and dirty, which a processor sets by itself. */
  private FaultOutcome note(long entry) {
    long bits = write ? WRITTEN : PageProtection.ACCESSED;
    if ((entry & bits) == bits) {
      return FaultOutcome.ANSWERED;
    }
    mm.pageTables().pages().grant(page, entry, bits);
    return FaultOutcome.CHANGED;
  }

  private FaultOutcome makeEntry() throws ErrnoException {
    if (vma.isAnonymous()) {
      return makeAnonymous();
    }
    OpenFile file = vma.file();
    VmOperations ops = vma.ops();
    if (file != null
        && file.inode().type() == Inode.Type.REGULAR
        && (ops == null || !ops.hasFault())
        && !vma.hasAny(VmFlags.PFNMAP | VmFlags.MIXEDMAP)) {
      return makeFromFile(file);
    }
    return locked ? askDriver() : FaultOutcome.NEEDS_LOCK;
  }

  private FaultOutcome askDriver() throws ErrnoException {
    boolean copies = copies();
    if (copies) {
      hasAnon(); // before the driver is asked
    }
    DriverFault fault = new DriverFault(mm, task, vma, address, write);
    return switch (fault.handle()) {
      case NO_PAGE -> {
        long pfn = fault.takeAnswer();
        yield pfn < 0 ? FaultOutcome.ANSWERED : mapFilePage(new KernelPage(memory, pfn), copies);
      }
      case OOM -> throw Errno.ENOMEM.failure();
      case SIGBUS, FALLBACK -> throw Errno.EFAULT.failure();
    };
  }

  /** Whether the access is a write that does not reach the file. */
  private boolean copies() {
    return write && !vma.has(VmFlags.SHARED);
  }

  /** Whether private pages may come into the VMA; it must have its anonymous identity then. */
  private boolean hasAnon() {
    if (vma.anon() == null && locked) {
      mm.anonAssigner().ensure(vma);
      return true;
    }
    return vma.anon() != null;
  }

  private FaultOutcome makeAnonymous() throws ErrnoException {
    if (vma.has(VmFlags.SHARED)) {
      throw Errno.EFAULT.failure(); // a file mapping that lost its callbacks
    }
    if (HugeAnonymousFault.isAllowed(mm, vma)) {
      HugeAnonymousFault fault = new HugeAnonymousFault(mm, vma, address);
      if (fault.hasRoom() && !locked) {
        return FaultOutcome.NEEDS_LOCK;
      }
      if (fault.hasRoom()) {
        mm.lock().writeLock(vma); // and look again: a fault beside this one may have ended now
        if (fault.hasRoom() && fault.make(write)) {
          return FaultOutcome.CHANGED;
        }
      }
    }
    PageProtection protection = mm.protection(vma);
    if (!write) {
      mm.pageTables().pages().mapIfFree(page, memory.zeroPage().pfn(), protection, true);
      return FaultOutcome.CHANGED;
    }
    if (!hasAnon()) {
      return FaultOutcome.NEEDS_LOCK;
    }
    return mapNew(newAnonymous(), writable(protection));
  }

  private KernelPage newAnonymous() throws ErrnoException {
    return marked(frames.allocatePage(KernelPage.Kind.ANONYMOUS));
  }

  /** Of memory that may be lost at any time, pages may be lost from the start. */
  private KernelPage marked(KernelPage fresh) {
    if (vma.has(VmFlags.DROPPABLE)) {
      fresh.mark(KernelPage.Mark.LAZY_FREE);
    }
    return fresh;
  }

  /** Makes a private page where nothing is mapped, whatever the memory's protection is. */
  void provide() throws ErrnoException {
    if (mm.pageTables().entry(page) == 0 && hasAnon()) {
      long bits = mm.protection(vma).bits() | WRITTEN;
      mapNew(newAnonymous(), new PageProtection(vma.has(VmFlags.WRITE) ? bits | WRITABLE : bits));
    }
  }

  private static PageProtection writable(PageProtection protection) {
    return new PageProtection(protection.bits() | WRITABLE);
  }

  /** The page's only reference becomes the entry's, unless another fault was quicker. */
  private FaultOutcome mapNew(KernelPage fresh, PageProtection protection) throws ErrnoException {
    boolean mapped = false;
    try {
      mapped = mm.pageTables().pages().mapIfFree(page, fresh.pfn(), protection, false);
    } finally {
      if (!mapped) {
        fresh.put();
      }
    }
    return FaultOutcome.CHANGED;
  }

  private FaultOutcome makeFromFile(OpenFile file) throws ErrnoException {
    Inode inode = file.inode();
    long index = vma.pgoffAt(page);
    boolean copies = copies();
    if (copies && !hasAnon()) { // before the page is looked for, also if there is none
      return FaultOutcome.NEEDS_LOCK;
    }
    if (!write && new FaultAround(mm, vma, inode).mapCached(page)) {
      return FaultOutcome.CHANGED; // else pages around it may be mapped, even if it lies behind
    }
    long pfn = FilePages.find(memory, inode, index);
    if (pfn < 0) {
      throw Errno.EFAULT.failure();
    }
    return mapFilePage(new KernelPage(memory, pfn), copies);
  }

  /** Maps a page of a file, of which the caller hands over a reference, or a copy of it. */
  private FaultOutcome mapFilePage(KernelPage shared, boolean copies) throws ErrnoException {
    PageProtection protection = mm.protection(vma);
    if (copies) {
      try {
        return mapNew(frames.allocateCopy(shared), writable(protection));
      } finally {
        shared.put();
      }
    }
    if (write) {
      shared.mark(KernelPage.Mark.DIRTY);
    }
    // A shared page starts read-only, so that its first write is seen.
    long bits = protection.bits() & ~PageProtection.WRITE;
    return mapNew(shared, new PageProtection(write ? bits | WRITABLE : bits));
  }

  private FaultOutcome makeWritable(long entry) throws ErrnoException {
    if (EntryFormat.isTransparent(entry)) {
      return makeHugeWritable(entry);
    }
    if (!VmFlags.isCow(vma.flags())) {
      if (mm.pageTables().pages().grant(page, entry, WRITABLE)) {
        markWritten();
      }
      return FaultOutcome.CHANGED;
    }
    if (!hasAnon()) {
      return FaultOutcome.NEEDS_LOCK;
    }
    PageProtection protection = writable(mm.protection(vma));
    if (EntryFormat.isSpecial(entry)) {
      KernelPage special = memory.page(specialPfn(entry));
      replaceBy(
          special == null ? copyOfDevice(specialPfn(entry)) : copyOf(special), entry, protection);
      return FaultOutcome.CHANGED;
    }
    KernelPage old = mm.pageTables().pages().reference(page, entry, memory);
    if (old == null) {
      return FaultOutcome.CHANGED; // it is another entry now
    }
    try {
      if (isOurs(old)) {
        old.unmark(KernelPage.Mark.FORKED);
        mm.pageTables().pages().grant(page, entry, WRITABLE);
      } else {
        copy(old, entry, protection);
      }
    } finally {
      old.put();
    }
    return FaultOutcome.CHANGED;
  }

  /** One that was cut up instead makes the fault begin anew. */
  private FaultOutcome makeHugeWritable(long entry) {
    if (!locked) {
      return FaultOutcome.NEEDS_LOCK;
    }
    mm.lock().writeLock(vma);
    new HugeAnonymousFault(mm, vma, address).makeWritable(entry);
    return FaultOutcome.CHANGED;
  }

  /** Whether nobody else has the page, of which the caller has taken a reference. */
  private static boolean isOurs(KernelPage old) {
    return old.kind() == KernelPage.Kind.ANONYMOUS && old.isExclusiveBut(1);
  }

  /** Gives private memory a page of its own without making it writable. */
  void unshare() throws ErrnoException {
    long entry = mm.pageTables().entry(page);
    if (!EntryFormat.isMapping(entry) || !VmFlags.isCow(vma.flags()) || !hasAnon()) {
      return;
    }
    if (EntryFormat.isTransparent(entry)) {
      mm.pageTables().huge().split(page); // the next attempt finds a page
      return;
    }
    PageProtection protection = mm.protection(vma);
    if (EntryFormat.isSpecial(entry)) {
      KernelPage special = memory.page(specialPfn(entry));
      if (special == null) {
        throw Errno.EFAULT.failure(); // a bare frame: a device's is never taken for a page
      }
      replaceBy(copyOf(special), entry, protection);
      return;
    }
    KernelPage old = mm.pageTables().pages().reference(page, entry, memory);
    if (old != null) {
      try {
        if (!isOurs(old)) {
          copy(old, entry, protection);
        }
      } finally {
        old.put();
      }
    }
  }

  private long specialPfn(long entry) {
    return mm.pageTables().format().pfn(0, entry);
  }

  /** As the kernel copies what is no page of its own: by reading it all. */
  private KernelPage copyOfDevice(long pfn) throws ErrnoException {
    DeviceFrame device = memory.deviceAt(pfn);
    if (device == null) {
      throw Errno.EFAULT.failure(); // a bare frame without contents
    }
    KernelPage fresh = newAnonymous();
    boolean copied = false;
    try {
      device.read(0, fresh.contents(), 0, Pages.SIZE);
      copied = true;
    } finally {
      if (!copied) {
        fresh.put();
      }
    }
    return fresh;
  }

  /** The caller's reference to the old page keeps it meanwhile. */
  private void copy(KernelPage old, long entry, PageProtection protection) throws ErrnoException {
    if (replaceBy(copyOf(old), entry, protection)) {
      old.put(); // the entry's
    }
  }

  /** Linux maps pages of tmpfs writable from the start: it does not see their first write. */
  private void markWritten() {
    KernelPage old = memory.page(mm.pageTables().frame(page));
    OpenFile file = vma.file();
    if (old != null && file != null && !file.inode().fileSystem().isShmem()) {
      old.mark(KernelPage.Mark.DIRTY);
    }
  }

  private KernelPage copyOf(KernelPage old) throws ErrnoException {
    return old.kind() == KernelPage.Kind.ZERO ? newAnonymous() : marked(frames.allocateCopy(old));
  }

  private boolean replaceBy(KernelPage copy, long entry, PageProtection protection) {
    boolean replaced = mm.pageTables().pages().exchange(page, entry, copy.pfn(), protection, false);
    if (!replaced) {
      copy.put();
    }
    return replaced;
  }
}
