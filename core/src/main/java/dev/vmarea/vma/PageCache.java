// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a file that are in memory ({@code address_space}): the same for all its mappings and
 * for reads and writes of the file. Thread-safe. The cache holds one reference to each page.
 *
 * <p>A page begins as zeroes: a file's bytes are what was stored. Pages stay until the file is cut
 * or released; there is no reclaim.
 */
public final class PageCache implements FrameHolder {
  private static final MemorySegment ZEROES =
      MemorySegment.ofArray(new byte[(int) Pages.SIZE]).asReadOnly();

  private final Map<Long, Long> pages = new HashMap<>();
  private @Nullable PhysicalMemory memory;
  private PageCacheOperations operations = PageCacheOperations.NONE;
  private boolean complete;

  /** The file system's say in pages of the file from now on; before there are any. */
  public synchronized void operations(PageCacheOperations ofFileSystem) {
    if (!pages.isEmpty()) {
      throw new IllegalStateException("the cache has pages already");
    }
    operations = ofFileSystem;
  }

  /**
   * The frame of the page {@code index}, of which the caller gets a reference. A new one has what
   * the file system reads into it, zeroes if it reads nothing.
   *
   * @throws ErrnoException ENOMEM without a frame; for a new page what the file system says
   * @throws IllegalStateException if the file's pages are in other memory
   */
  public synchronized long get(PhysicalMemory ram, long index) throws ErrnoException {
    if (memory != null && memory != ram) {
      throw new IllegalStateException("a file mapped on two machines");
    }
    Long known = pages.get(index);
    if (known != null) {
      new KernelPage(ram, known).get();
      return known;
    }
    if (memory == null) {
      memory = ram;
      ram.addHolder(this);
    }
    KernelPage page = ram.allocatePage(KernelPage.Kind.FILE);
    boolean read = false;
    try {
      operations.read(index, page);
      read = true;
    } finally {
      if (!read) {
        page.put();
      }
    }
    pages.put(index, page.pfn());
    page.get(); // one is the cache's
    return page.pfn();
  }

  /** The frame of a page, or -1 if it is not in memory. */
  public synchronized long frame(long index) {
    return pages.getOrDefault(index, -1L);
  }

  /** The pages in memory, in no order; a copy. */
  public synchronized List<KernelPage> pages() {
    PhysicalMemory ram = memory;
    return ram == null
        ? List.of()
        : pages.values().stream().map(pfn -> new KernelPage(ram, pfn)).toList();
  }

  /** The frames of the pages in memory, by page of the file; a copy. */
  public synchronized NavigableMap<Long, Long> frames() {
    return new TreeMap<>(pages);
  }

  @Override
  public synchronized void forEachFrame(LongConsumer visitor) {
    pages.values().forEach(visitor::accept);
  }

  /** From now on every page counts as being in memory, as those of files that were just read. */
  public synchronized void assumeComplete() {
    complete = true;
  }

  /**
   * The frame of the page {@code index}, of which the caller gets a reference; -1 if it is not in
   * memory.
   *
   * @throws ErrnoException ENOMEM if it counts as being in memory and there is no frame
   */
  public synchronized long find(PhysicalMemory ram, long index) throws ErrnoException {
    return complete || pages.containsKey(index) ? get(ram, index) : -1;
  }

  /** Whether the page {@code index} is in memory. */
  public synchronized boolean contains(long index) {
    return pages.containsKey(index);
  }

  /** Forgets the pages of [first, end), unsigned; who maps them still has them. */
  public synchronized void drop(long first, long end) {
    List<Long> gone = new ArrayList<>();
    for (long index : pages.keySet()) {
      if (Long.compareUnsigned(index, first) >= 0 && Long.compareUnsigned(index, end) < 0) {
        gone.add(index);
      }
    }
    for (long index : gone) {
      release(index);
    }
  }

  /**
   * Stores {@code length} bytes from {@code from} on at {@code offset} (bytes) of the file, into
   * pages that are made where there are none.
   *
   * @throws ErrnoException ENOMEM without a frame, EINVAL for pages that the kernel does not see,
   *     for a new page what the file system says; what was stored before stays
   */
  void store(PhysicalMemory ram, long offset, byte[] bytes, int from, int length)
      throws ErrnoException {
    for (int done = 0; done < length; ) {
      long at = offset + done;
      int piece = (int) Math.min(length - done, Pages.SIZE - (at & Pages.OFFSET_MASK));
      KernelPage page = new KernelPage(ram, get(ram, Pages.count(at)));
      try {
        MemorySegment.copy(
            MemorySegment.ofArray(bytes),
            from + done,
            page.directlyMapped(),
            at & Pages.OFFSET_MASK,
            piece);
        page.mark(KernelPage.Mark.DIRTY);
        page.used();
      } finally {
        page.put();
      }
      done += piece;
    }
  }

  /** Forgets a page that nobody uses and nobody has written to: it can be had again. */
  public synchronized void reclaim(long index) {
    Long pfn = pages.get(index);
    PhysicalMemory ram = memory;
    if (pfn == null || ram == null) {
      return;
    }
    KernelPage page = new KernelPage(ram, pfn);
    boolean written = page.is(KernelPage.Mark.DIRTY) || page.contents().mismatch(ZEROES) >= 0;
    if (page.references() == 1 && !written) {
      release(index);
    }
  }

  /** Zeroes the rest of the page that the file ends in, which is a change like any other. */
  synchronized void clearFrom(long size) {
    long rest = size & Pages.OFFSET_MASK;
    Long pfn = pages.get(Pages.count(size));
    PhysicalMemory ram = memory;
    if (rest != 0 && pfn != null && ram != null) {
      KernelPage page = new KernelPage(ram, pfn);
      page.contents().asSlice(rest).fill((byte) 0);
      page.mark(KernelPage.Mark.DIRTY);
    }
  }

  private void release(long index) {
    Long pfn = pages.remove(index);
    PhysicalMemory ram = memory;
    if (pfn != null && ram != null) {
      operations.free(index, new KernelPage(ram, pfn));
      ram.put(pfn);
    }
  }
}
