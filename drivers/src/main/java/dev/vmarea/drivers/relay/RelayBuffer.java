// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The buffer of one processor ({@code struct rchan_buf}): pages that lie one behind the other in
 * the kernel's own addresses. Counted: one reference is the channel's, one is each open file's;
 * with the last one the pages go. Thread-safe.
 */
public final class RelayBuffer implements FrameHolder {
  /** Where the files are. */
  public static final FileSystem DEBUGFS = new FileSystem("debugfs", false, false);

  private final long bytes;
  private final Inode inode = new Inode(Inode.Type.REGULAR, DEBUGFS);
  private final List<KernelPage> pages = new ArrayList<>();
  private int references = 1;
  private volatile boolean detached;

  RelayBuffer(PhysicalMemory memory, long bytes) throws ErrnoException {
    this.bytes = bytes;
    memory.addHolder(this);
    try {
      for (long page = 0; page < Pages.count(bytes); page++) {
        pages.add(memory.allocatePage());
      }
    } catch (ErrnoException e) {
      free();
      throw e;
    }
  }

  /** Bytes of it ({@code alloc_size}). */
  public long bytes() {
    return bytes;
  }

  /** The file that shows it. */
  public Inode inode() {
    return inode;
  }

  /** Whether files of it have no buffer (any more). */
  boolean isDetached() {
    return detached;
  }

  void detach() {
    detached = true;
  }

  /** One reference more: a file of it is opened. */
  synchronized void get() {
    references++;
  }

  /** One less. */
  synchronized void put() {
    references--;
    if (references == 0) {
      free();
    }
  }

  private synchronized void free() {
    pages.forEach(KernelPage::put);
    pages.clear();
  }

  /** The page {@code index} of it for a fault, which gets a reference; -1 behind its end. */
  synchronized long page(long index) {
    if (index < 0 || index >= pages.size()) {
      return -1;
    }
    KernelPage page = pages.get((int) index);
    page.get();
    return page.pfn();
  }

  /** A tracer writes a byte at {@code offset}. */
  public synchronized void write(long offset, byte value) {
    pages
        .get((int) Pages.count(offset))
        .contents()
        .set(ValueLayout.JAVA_BYTE, offset & Pages.OFFSET_MASK, value);
  }

  @Override
  public synchronized void forEachFrame(LongConsumer visitor) {
    pages.forEach(page -> visitor.accept(page.pfn()));
  }

  /**
   * Checks that it lives as long as somebody has it, and that its mappings have its length, or less
   * where a part was unmapped, and hold no reference of their own.
   *
   * @param channel whether the channel has a reference
   */
  synchronized void verify(boolean channel) {
    long least = channel ? 1 : 0;
    Invariant.holds(references >= least, "references to a buffer: " + references);
    Invariant.equal("pages of a buffer", pages.size(), references > 0 ? Pages.count(bytes) : 0);
    long tooLong = Invariant.vmas(inode, vma -> vma.length() > bytes);
    Invariant.equal("mappings longer than the buffer", tooLong, 0);
    long mapped = Invariant.vmas(inode, vma -> true);
    Invariant.holds(mapped == 0 || references > least, "a buffer is mapped and has no open file");
  }
}
