// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a file that are in memory ({@code address_space}): the same for all its mappings and
 * for reads and writes of the file. Thread-safe. The cache holds one reference to each page.
 *
 * <p>Pages stay until the file is cut or released; there is no reclaim. What a page holds beyond
 * the file's end is zero when it is read in.
 */
public final class PageCache {
  /** Where a file's bytes come from and go to. */
  public interface Contents {
    /**
     * Reads a page.
     *
     * @param offset first byte, page aligned
     * @param page zeroed, to be filled as far as the file has bytes
     */
    void read(long offset, MemorySegment page);

    /** Writes a page back that was changed. */
    default void write(long offset, MemorySegment page) {}
  }

  private final Map<Long, Long> pages = new HashMap<>();
  private @Nullable PhysicalMemory memory;
  private @Nullable Contents contents;

  /** The file's bytes are those of {@code source} from now on, where no page is in memory. */
  public synchronized void contents(Contents source) {
    contents = source;
  }

  /** Number of pages in memory. */
  public synchronized int size() {
    return pages.size();
  }

  /** The frame of the page {@code index}, or -1 if it is not in memory. */
  public synchronized long find(long index) {
    return pages.getOrDefault(index, -1L);
  }

  /**
   * The frame of the page {@code index}, read in if it must be.
   *
   * @throws ErrnoException ENOMEM without a frame
   * @throws IllegalStateException if the file's pages are in other memory
   */
  public synchronized long get(PhysicalMemory ram, long index) throws ErrnoException {
    Long known = pages.get(index);
    if (known != null) {
      return known;
    }
    if (memory != null && memory != ram) {
      throw new IllegalStateException("a file mapped on two machines");
    }
    memory = ram;
    KernelPage page = ram.allocatePage(KernelPage.Kind.FILE);
    Contents source = contents;
    if (source != null) {
      source.read(Pages.bytes(index), page.contents());
    }
    pages.put(index, page.pfn());
    return page.pfn();
  }

  /** Forgets the pages from {@code first} on; who maps them still has them. */
  public synchronized void drop(long first) {
    List<Long> gone = new ArrayList<>();
    for (long index : pages.keySet()) {
      if (Long.compareUnsigned(index, first) >= 0) {
        gone.add(index);
      }
    }
    for (long index : gone) {
      release(index);
    }
  }

  /** Forgets the pages of [first, end). */
  public synchronized void drop(long first, long end) {
    for (long index = first; index < end; index++) {
      if (pages.containsKey(index)) {
        release(index);
      }
    }
  }

  /** Zeroes the rest of the page that the file ends in. */
  synchronized void clearFrom(long size) {
    long rest = size & Pages.OFFSET_MASK;
    Long pfn = pages.get(Pages.count(size));
    PhysicalMemory ram = memory;
    if (rest != 0 && pfn != null && ram != null) {
      new KernelPage(ram, pfn).contents().asSlice(rest).fill((byte) 0);
    }
  }

  private void release(long index) {
    Long pfn = pages.remove(index);
    PhysicalMemory ram = memory;
    if (pfn != null && ram != null) {
      ram.put(pfn);
    }
  }

  /** Writes all pages back to where the file's bytes come from. */
  public synchronized void writeBack() {
    Contents source = contents;
    PhysicalMemory ram = memory;
    if (source != null && ram != null) {
      pages.forEach(
          (index, pfn) -> source.write(Pages.bytes(index), new KernelPage(ram, pfn).contents()));
    }
  }
}
