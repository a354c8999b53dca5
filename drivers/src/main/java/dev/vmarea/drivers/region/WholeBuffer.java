// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A buffer of the kernel, pages that lie one behind the other in its own addresses, which is mapped
 * as a whole or not at all. Its bytes are little-endian. Thread-safe.
 */
public final class WholeBuffer implements FrameHolder {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long bytes;
  private final List<KernelPage> pages = new ArrayList<>(); // guarded by this

  /**
   * A buffer of zeroes.
   *
   * @param bytes its length; the rest of the last page is memory that is not used
   * @throws ErrnoException ENOMEM without so many pages
   */
  public WholeBuffer(PhysicalMemory memory, long bytes) throws ErrnoException {
    this.bytes = bytes;
    memory.addHolder(this);
    try {
      for (long page = 0; page < Pages.count(Pages.ceil(bytes)); page++) {
        pages.add(memory.allocatePage());
      }
    } catch (ErrnoException e) {
      free();
      throw e;
    }
  }

  /** Length in bytes; what is mapped must be as long. */
  public long bytes() {
    return bytes;
  }

  /**
   * Refuses to map less or more than all of it.
   *
   * @throws ErrnoException EINVAL for another length
   */
  public void checkLength(HookedArea area) throws ErrnoException {
    if (area.size() != bytes) {
      throw Errno.EINVAL.failure();
    }
  }

  /** Gives the pages back; those that are mapped stay as long as they are. */
  public synchronized void free() {
    pages.forEach(KernelPage::put);
    pages.clear();
  }

  /** Whether its pages have been given back. */
  public synchronized boolean isFreed() {
    return pages.isEmpty();
  }

  /** Its page frames, in order; none once it is freed. */
  public synchronized List<Long> pfns() {
    return pages.stream().map(KernelPage::pfn).toList();
  }

  /** The page frame {@code index} of it for a fault, which gets a reference; -1 behind its end. */
  public synchronized long takePage(long index) {
    if (index < 0 || index >= pages.size()) {
      return -1;
    }
    KernelPage page = pages.get((int) index);
    page.get();
    return page.pfn();
  }

  /** Stores a byte at {@code offset} (bytes). */
  public synchronized void store(long offset, byte value) {
    pageOf(offset).contents().set(ValueLayout.JAVA_BYTE, offset & Pages.OFFSET_MASK, value);
  }

  /** The 8 bytes at {@code offset} (bytes, a multiple of 8). */
  public synchronized long loadWord(long offset) {
    return pageOf(offset).contents().get(WORD, offset & Pages.OFFSET_MASK);
  }

  /** Stores 8 bytes at {@code offset} (bytes, a multiple of 8). */
  public synchronized void storeWord(long offset, long value) {
    pageOf(offset).contents().set(WORD, offset & Pages.OFFSET_MASK, value);
  }

  private KernelPage pageOf(long offset) {
    return pages.get((int) Pages.count(offset));
  }

  @Override
  public synchronized void forEachFrame(LongConsumer visitor) {
    pages.forEach(page -> visitor.accept(page.pfn()));
  }

  /**
   * Checks that mappings of {@code inode} have its length, or less where a part was unmapped.
   *
   * @throws IllegalStateException if one is longer
   */
  public void verifyMappings(Inode inode) {
    long tooLong = Invariant.vmas(inode, vma -> vma.length() > Pages.ceil(bytes));
    Invariant.equal("mappings longer than the buffer", tooLong, 0);
  }
}
