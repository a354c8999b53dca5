// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.procfs.ProcEntry;
import dev.vmarea.drivers.region.AttachedMemory;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.drivers.region.SparseBytes;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The file and what it shows. The old memory is nobody's; the first pages are the kernel's. */
public final class Vmcore implements UserModel, FrameHolder {
  private final Variant variant;
  private final ProcEntry entry = new ProcEntry(false);
  private final AttachedMemory oldMemory;
  private final List<SparseBytes> contents = new ArrayList<>();
  private final List<KernelPage> pages = new ArrayList<>();
  private final CoreLayout layout;
  private boolean closed;

  Vmcore(Machine machine, Variant variant, long notePages, List<PfnWindow> ranges)
      throws ErrnoException {
    this.variant = variant;
    PhysicalMemory memory = machine.kernel().memory();
    this.oldMemory = new AttachedMemory(memory);
    List<CorePart> parts = new ArrayList<>();
    memory.addHolder(this);
    boolean made = false;
    try {
      KernelPage header = memory.allocatePage();
      pages.add(header);
      header.contents().fill((byte) 0);
      ElfCoreHeader.write(header.contents(), 1, notePages, ranges);
      parts.add(new CorePart.Frames(new PfnWindow(header.pfn(), 1), true));
      List<Long> notes = new ArrayList<>();
      for (long note = 0; note < notePages; note++) {
        KernelPage page = memory.allocatePage();
        pages.add(page);
        page.contents().fill((byte) 0);
        notes.add(page.pfn());
      }
      parts.add(new CorePart.Scattered(notes));
      for (PfnWindow range : ranges) {
        SparseBytes bytes = new SparseBytes();
        contents.add(bytes);
        oldMemory.attach(range, bytes);
        parts.add(new CorePart.Frames(range, false));
      }
      made = true;
    } finally {
      if (!made) {
        pages.forEach(KernelPage::put);
        pages.clear();
      }
    }
    this.layout = new CoreLayout(parts);
  }

  @Override
  public UserKind kind() {
    return VmcoreKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** The memory of a range of the old kernel, from 0 on. */
  public SparseBytes oldMemory(int range) {
    return contents.get(range);
  }

  /** Length of the file in bytes. */
  public long size() {
    return Pages.bytes(layout.pages());
  }

  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    CoreFile file =
        switch (variant.name()) {
          case VmcoreKind.LEGACY -> new CoreFile.Legacy(layout);
          case VmcoreKind.SINGLE -> new CoreFile.Single(layout);
          default -> new CoreFile.Mixed(layout);
        };
    return entry.open(path, flags, file);
  }

  /** {@inheritDoc} What is mapped is neither writable nor executable, and cannot become it. */
  @Override
  public void verify() {
    entry.verify();
    long may = VmFlags.WRITE | VmFlags.EXEC | VmFlags.MAYWRITE | VmFlags.MAYEXEC;
    long wrong = Invariant.vmas(entry.inode(), vma -> vma.hasAny(may));
    Invariant.equal("mappings that are or can become writable or executable", wrong, 0);
  }

  @Override
  public synchronized void forEachFrame(LongConsumer visitor) {
    pages.forEach(page -> visitor.accept(page.pfn()));
  }

  /** Gives back the kernel's own pages; who maps notes has them until he unmaps them. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    entry.remove();
    oldMemory.detach();
    synchronized (this) {
      pages.forEach(KernelPage::put);
      pages.clear();
    }
  }
}
