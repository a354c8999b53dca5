// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a physical address is: RAM, or something else (a device, or nothing). RAM in use has {@link
 * KernelPage}s. Counts in page frames; a frame is as long as a page of the architecture. The layout
 * never changes; thread-safe.
 *
 * <p>Contents lie outside of the JVM's heap and appear with the first use of each 4 MiB; of such
 * memory a JVM has as much as of heap, or as {@code -XX:MaxDirectMemorySize} says. When that is
 * used up it is as if all RAM was in use.
 */
public final class PhysicalMemory implements FrameSource {
  /** First frame of the hole for old devices in a PC of 4 KiB pages; 640 KiB. */
  public static final long ISA_START = 0xa0;

  /** Frame after the hole for old devices; 1 MiB. */
  public static final long ISA_END = 0x100;

  /** First frame of the hole for devices in a PC; 3 GiB. */
  public static final long MMIO_START = 0xc_0000;

  /** Frame after the hole for devices in a PC; 4 GiB. */
  public static final long MMIO_END = 0x10_0000;

  private final NavigableMap<Long, Long> ram = new TreeMap<>();

  /** Its monitor comes before those of magazines. */
  private final FreeFrames free = new FreeFrames();

  private final LongAdder allocated = new LongAdder();
  private final CopyOnWriteArrayList<FrameMagazine> magazines = new CopyOnWriteArrayList<>();
  private final FrameTable frames;
  private final long allocatable;
  private volatile long zeroPfn = -1; // written by who has the free frames' monitor
  private final Set<FrameHolder> holders =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /**
   * Memory with RAM in these ranges and nowhere else; all of it can be allocated.
   *
   * @throws IllegalArgumentException if ranges overlap
   */
  public PhysicalMemory(List<PfnRange> ram) {
    this(ram, 0);
  }

  /** RAM below {@code firstFree} is never allocated. */
  private PhysicalMemory(List<PfnRange> ranges, long firstFree) {
    for (PfnRange range : ranges) {
      if (touchesRam(range.start(), range.pages())) {
        throw new IllegalArgumentException("RAM ranges overlap: " + range);
      }
      ram.put(range.start(), range.end());
      if (range.end() > firstFree) {
        free.give(Math.max(range.start(), firstFree), range.end());
      }
    }
    allocatable = free.count();
    long last = ram.isEmpty() ? 0 : ram.lastEntry().getValue();
    frames = new FrameTable(last, 12);
  }

  /**
   * Laid out as in a PC of 4 KiB pages: RAM up to 640 KiB, old devices up to 1 MiB, RAM up to 3 GiB
   * at most, devices up to 4 GiB, the rest of RAM. RAM below 1 MiB is never allocated, as under
   * Linux, which leaves it to the firmware.
   *
   * @param ramPages frames of RAM, more than 160
   */
  public static PhysicalMemory standard(long ramPages) {
    List<PfnRange> ranges = new ArrayList<>();
    ranges.add(new PfnRange(0, ISA_START));
    long rest = ramPages - ISA_START;
    long low = Math.min(rest, MMIO_START - ISA_END);
    ranges.add(new PfnRange(ISA_END, ISA_END + low));
    if (rest > low) {
      ranges.add(new PfnRange(MMIO_END, MMIO_END + rest - low));
    }
    return new PhysicalMemory(ranges, ISA_END);
  }

  /** Where RAM is, in order. Ranges that touch stay apart. */
  public List<PfnRange> ram() {
    return ram.entrySet().stream().map(e -> new PfnRange(e.getKey(), e.getValue())).toList();
  }

  /** Whether the frame is RAM. */
  public boolean isRam(long pfn) {
    return touchesRam(pfn, 1);
  }

  /** Whether any of the {@code pages} frames from {@code pfn} on is RAM. */
  public boolean touchesRam(long pfn, long pages) {
    Map.Entry<Long, Long> last = ram.lowerEntry(pfn + pages);
    return last != null && last.getValue() > pfn;
  }

  /** Whether all of the {@code pages} frames from {@code pfn} on are RAM. */
  public boolean isAllRam(long pfn, long pages) {
    long at = pfn;
    while (at < pfn + pages) {
      Map.Entry<Long, Long> range = ram.floorEntry(at);
      if (range == null || range.getValue() <= at) {
        return false;
      }
      at = range.getValue();
    }
    return true;
  }

  /** The first frame above {@code pfn} at which RAM begins or a range of it ends. */
  public long nextChange(long pfn) {
    Map.Entry<Long, Long> range = ram.floorEntry(pfn);
    if (range != null && range.getValue() > pfn) {
      return range.getValue();
    }
    Long next = ram.higherKey(pfn);
    return next == null ? Long.MAX_VALUE : next;
  }

  /**
   * A page of {@link KernelPage.Kind#KERNEL} with one reference.
   *
   * @throws ErrnoException ENOMEM if all RAM is in use
   */
  public KernelPage allocatePage() throws ErrnoException {
    return allocatePage(KernelPage.Kind.KERNEL);
  }

  /**
   * A page with one reference: that of the lowest free frame.
   *
   * @throws ErrnoException ENOMEM if all RAM is in use
   */
  @Override
  public KernelPage allocatePage(KernelPage.Kind kind) throws ErrnoException {
    return register(take(1), kind);
  }

  @Override
  public KernelPage allocateCopy(KernelPage source) throws ErrnoException {
    return registerCopy(take(1), source);
  }

  /**
   * Pages of {@link KernelPage.Kind#KERNEL} with consecutive frames, each with one reference.
   *
   * @param count number of pages, positive
   * @throws ErrnoException ENOMEM if there is no such stretch of free RAM
   */
  public List<KernelPage> allocatePages(int count) throws ErrnoException {
    long first = take(count);
    List<KernelPage> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(register(first + i, KernelPage.Kind.KERNEL));
    }
    return list;
  }

  private long take(long count) throws ErrnoException {
    if (count <= 0) {
      throw new IllegalArgumentException("pages to allocate: " + count);
    }
    synchronized (free) {
      long first = free.take(count);
      if (first < 0) {
        emptyMagazines();
        first = free.take(count);
      }
      if (first < 0) {
        throw Errno.ENOMEM.failure();
      }
      provide(first, count);
      return first;
    }
  }

  private void provide(long first, long count) throws ErrnoException {
    try {
      frames.provide(first, first + count);
    } catch (OutOfMemoryError noRoom) {
      // The JVM refuses before it allocates, and is well: the machine just has less memory.
      free.give(first, first + count);
      throw Errno.ENOMEM.failure();
    }
  }

  /** With the free frames' monitor, so that no frame is on its way when memory runs out. */
  private void emptyMagazines() {
    for (FrameMagazine magazine : magazines) {
      give(magazine.empty());
    }
  }

  private void give(@Nullable PfnRange frames) {
    if (frames != null) {
      free.give(frames.start(), frames.end());
    }
  }

  /** A frame for a user whose magazine is empty, which gets those behind it if there are some. */
  long takeAndRefill(FrameMagazine magazine, long count) throws ErrnoException {
    synchronized (free) {
      long first = free.take(count);
      if (first < 0) {
        return take(1);
      }
      provide(first, count);
      give(magazine.fill(first + 1, first + count));
      return first;
    }
  }

  /** Frames at hand for one user, who closes it. */
  public FrameMagazine magazine() {
    FrameMagazine magazine = new FrameMagazine(this);
    magazines.add(magazine);
    return magazine;
  }

  void remove(FrameMagazine magazine) {
    synchronized (free) {
      magazines.remove(magazine);
      give(magazine.empty());
    }
  }

  KernelPage registerCopy(long pfn, KernelPage source) {
    frames.beginCopy(pfn, KernelPage.Kind.ANONYMOUS, source.pfn());
    allocated.increment();
    return new KernelPage(this, pfn);
  }

  KernelPage register(long pfn, KernelPage.Kind kind) {
    frames.begin(pfn, kind);
    allocated.increment();
    return new KernelPage(this, pfn);
  }

  /** The page in use at this frame, or null if the frame is free or not RAM. */
  public @Nullable KernelPage page(long pfn) {
    return frames.references(pfn) == 0 ? null : new KernelPage(this, pfn);
  }

  /**
   * The page of zeroes that everybody shares; made on first use, never free again.
   *
   * @throws ErrnoException ENOMEM if all RAM is in use then
   */
  public KernelPage zeroPage() throws ErrnoException {
    if (zeroPfn < 0) {
      synchronized (free) {
        if (zeroPfn < 0) {
          zeroPfn = allocatePage(KernelPage.Kind.ZERO).pfn();
        }
      }
    }
    return new KernelPage(this, zeroPfn);
  }

  /** The frame of that page, or -1 while it has not been made. */
  public long zeroPfnIfAny() {
    return zeroPfn;
  }

  /** One more who holds references; forgotten when nobody else knows him any more. */
  public void addHolder(FrameHolder holder) {
    holders.add(holder);
  }

  /**
   * Counts all references anew: no frame is free and held, and no frame of anonymous memory or of a
   * file knows of more or fewer references than are held. Nobody may be in a memory call or a fault
   * meanwhile.
   *
   * @throws IllegalStateException naming the first frame that is wrong; one that nobody holds was
   *     lost, perhaps by an address space that was dropped without its exit, or a file whose pages
   *     were not
   */
  public void verify() {
    FrameAudit audit = new FrameAudit(frames, free);
    for (FrameHolder holder : holders.toArray(new FrameHolder[0])) {
      if (holder != null) { // else it has just gone
        holder.forEachFrame(audit::held);
      }
    }
    synchronized (free) {
      emptyMagazines();
      if (zeroPfn >= 0) {
        audit.held(zeroPfn);
      }
      audit.check(allocated.sum());
    }
  }

  FrameTable frames() {
    return frames;
  }

  /**
   * Drops a reference to the page at this frame.
   *
   * @throws IllegalStateException if the frame is free
   */
  public void put(long pfn) {
    drop(pfn, 1);
  }

  void unpin(long pfn) {
    drop(pfn, FrameTable.PIN);
  }

  private void drop(long pfn, long count) {
    if (frames.add(pfn, -count) == 0) {
      allocated.decrement();
      synchronized (free) {
        free.give(pfn, pfn + 1);
      }
    }
  }

  /**
   * Drops the owner's reference; the frame is free when no entry of a page table holds another.
   *
   * @throws IllegalArgumentException if the page is not of this memory
   * @throws IllegalStateException if the page is free
   */
  public void free(KernelPage page) {
    if (page.memory() != this) {
      throw new IllegalArgumentException(page + " belongs to other memory");
    }
    page.put();
  }

  /** Contents of the 4 MiB that the frame lies in; {@link #contentOffset} says where in it. */
  public MemorySegment contentSection(long pfn) {
    return frames.sectionContents(pfn);
  }

  /** Where in {@link #contentSection} the frame's contents begin, in bytes. */
  public long contentOffset(long pfn) {
    return frames.offset(pfn);
  }

  /** Number of pages in use. */
  public long allocatedPages() {
    return allocated.sum();
  }

  /** Number of frames that can still be allocated. */
  public long freePages() {
    return allocatable - allocatedPages();
  }
}
