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
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a physical address is: RAM, or something else (a device, or nothing). RAM in use has {@link
 * KernelPage}s; for what is not RAM a {@link DeviceMemory} may answer. Counts in page frames; a
 * frame is as long as a page of the architecture. What is RAM never changes; thread-safe.
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

  /** Where RAM begins and ends, in turn: for a lookup that allocates nothing. */
  private final long[] ramEdges;

  private final AtomicReference<DeviceRegions> devices = new AtomicReference<>(DeviceRegions.NONE);

  /** Its monitor comes before those of magazines. */
  private final FreeFrames free = new FreeFrames();

  private final LongAdder allocated = new LongAdder();
  private final CopyOnWriteArrayList<FrameMagazine> magazines = new CopyOnWriteArrayList<>();
  private final FrameTable frames;
  private final long allocatable;
  private volatile long zeroPfn = -1; // written by who has the free frames' monitor
  private long hugeZeroPfn = -1; // guarded by the free frames, as its length
  private long hugeZeroPages;
  private final Set<FrameHolder> holders =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /** Frames that belong to a pool and are out of use. */
  private final LongAdder idleInPools = new LongAdder();

  private volatile HugetlbOwner hugetlbOwner =
      pfn -> {
        throw new IllegalStateException("a huge page of no pool: pfn " + Long.toHexString(pfn));
      };

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
    ramEdges = ram.entrySet().stream().flatMapToLong(PhysicalMemory::edges).toArray();
    allocatable = free.count();
    long last = ram.isEmpty() ? 0 : ram.lastEntry().getValue();
    frames = new FrameTable(last, 12, this::isRam);
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

  private static LongStream edges(Map.Entry<Long, Long> range) {
    return LongStream.of(range.getKey(), range.getValue());
  }

  /** Whether the frame is RAM. */
  public boolean isRam(long pfn) {
    boolean isRam = false;
    for (long edge : ramEdges) {
      if (pfn < edge) {
        break;
      }
      isRam = !isRam;
    }
    return isRam;
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

  /**
   * Pages with consecutive frames, aligned to their number, each with one reference: what a
   * transparent huge page is made of.
   *
   * @param count number of pages, a power of two
   * @return the first frame number
   * @throws ErrnoException ENOMEM if there is no such stretch of free RAM
   */
  public long allocateHuge(long count, KernelPage.Kind kind) throws ErrnoException {
    long first = takeAligned(count);
    if (first < 0) {
      throw Errno.ENOMEM.failure();
    }
    for (long pfn = first; pfn < first + count; pfn++) {
      frames.begin(pfn, kind);
    }
    return first;
  }

  private long takeAligned(long count) {
    synchronized (free) {
      long first = free.takeAligned(count);
      if (first < 0) {
        emptyMagazines();
        first = free.takeAligned(count);
      }
      if (first < 0) {
        return -1;
      }
      try {
        provide(first, count);
      } catch (ErrnoException noRoom) {
        return -1;
      }
      allocated.add(count);
      return first;
    }
  }

  /** Who has huge pages of hugetlb; see {@link #hugetlbOwner}. */
  @FunctionalInterface
  public interface HugetlbOwner {
    /** The last reference to the huge page that begins at {@code pfn} is gone. */
    void freed(long pfn);
  }

  /**
   * Who is told of huge pages of hugetlb that nobody uses any more. Such a page belongs to a pool:
   * its frames are taken from free memory before it is used and stay taken between uses.
   */
  public void hugetlbOwner(HugetlbOwner owner) {
    hugetlbOwner = owner;
  }

  /**
   * Takes {@code count} frames for a pool, aligned to their number, a power of two.
   *
   * @return the first frame number, or -1 if there is no such stretch of free RAM
   */
  public long takeForPool(long count) {
    long first = takeAligned(count);
    if (first >= 0) {
      idleInPools.add(count);
    }
    return first;
  }

  /** Gives frames of a pool back, which are not in use. */
  public void giveFromPool(long first, long count) {
    idleInPools.add(-count);
    giveBack(first, count);
  }

  private void giveBack(long first, long count) {
    allocated.add(-count);
    synchronized (free) {
      free.give(first, first + count);
    }
  }

  /** A huge page of a pool gets a use, one reference (at its first frame), and zeroes. */
  public KernelPage useFromPool(long first, long count, KernelPage.Kind kind) {
    idleInPools.add(-count);
    for (long pfn = first + count - 1; pfn >= first; pfn--) {
      frames.begin(pfn, kind);
    }
    return new KernelPage(this, first);
  }

  /** A huge page of a pool, whose last reference is gone, is out of use. */
  public void endUseFromPool(long first, long count) {
    idleInPools.add(count);
    for (long pfn = first; pfn < first + count; pfn++) {
      frames.end(pfn);
    }
  }

  /**
   * Takes the references that an entry for {@code count} frames holds: one to a huge page of
   * hugetlb, else one to each page, as far as there are pages.
   */
  public void getEntry(long pfn, long count) {
    KernelPage first = page(pfn);
    if (first != null && first.kind().isHugetlb()) {
      first.get();
      return;
    }
    for (long at = pfn; at < pfn + count; at++) {
      if (frames.references(at) != 0) {
        frames.add(at, 1);
      }
    }
  }

  /** Drops the references that an entry for {@code count} frames holds; see {@link #getEntry}. */
  public void putEntry(long pfn, long count) {
    KernelPage first = page(pfn);
    if (first != null && first.kind().isHugetlb()) {
      put(pfn);
      return;
    }
    long from = pfn; // of a stretch that is free now
    for (long at = pfn; at < pfn + count; at++) {
      if (frames.references(at) == 0 || frames.add(at, -1) != 0) {
        giveFree(from, at);
        from = at + 1;
      }
    }
    giveFree(from, pfn + count);
  }

  /** Whether one of {@code count} pages in use is pinned. */
  public boolean hasPinned(long pfn, long count) {
    for (long at = pfn; at < pfn + count; at++) {
      if (frames.pins(at) > 0) {
        return true;
      }
    }
    return false;
  }

  private void giveFree(long from, long end) {
    if (from < end) {
      giveBack(from, end - from);
    }
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
      for (long i = 0; hugeZeroPfn >= 0 && i < hugeZeroPages; i++) {
        audit.held(hugeZeroPfn + i);
      }
      audit.check(allocated.sum() - idleInPools.sum());
    }
  }

  /**
   * The first of {@code count} consecutive pages of zeroes that everybody shares, aligned to their
   * number; made on first use, never free again.
   *
   * @param count number of pages, a power of two; always the same
   * @throws ErrnoException ENOMEM if there is no such stretch of free RAM then
   */
  public long hugeZeroPage(long count) throws ErrnoException {
    synchronized (free) {
      if (hugeZeroPfn < 0) {
        hugeZeroPfn = allocateHuge(count, KernelPage.Kind.ZERO);
        hugeZeroPages = count;
      }
      return hugeZeroPfn;
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
      if (frames.kind(pfn).isHugetlb()) {
        hugetlbOwner.freed(pfn);
        return;
      }
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

  /**
   * Lets {@code device} answer for these frames from now on, in all address spaces, whether they
   * are mapped already or not.
   *
   * @throws IllegalArgumentException if one of them is RAM, or another device answers for it
   */
  public void attach(PfnRange range, DeviceMemory device) {
    if (touchesRam(range.start(), range.pages())) {
      throw new IllegalArgumentException(range + " has RAM");
    }
    devices.updateAndGet(regions -> regions.with(range, device));
  }

  /**
   * Nobody answers for these frames any more: an access through a mapping that is left is {@code
   * SIGBUS}. Accesses under way may still end later; a driver that must know there are none takes
   * the mappings away first.
   *
   * @throws IllegalArgumentException if they are not the frames of one {@link #attach}
   */
  public void detach(PfnRange range) {
    devices.updateAndGet(regions -> regions.without(range));
  }

  /** The device that answers for the frame and where in it the frame lies, or null if none does. */
  public @Nullable DeviceFrame deviceAt(long pfn) {
    return devices.get().at(pfn);
  }

  /**
   * Contents of the 4 MiB that the frame lies in; {@link #contentOffset} says where in it. Null if
   * it is not RAM, or no frame there has ever been in use: there are no bytes behind it.
   */
  public @Nullable MemorySegment contentSection(long pfn) {
    return frames.sectionContentsIfAny(pfn);
  }

  /** Where in {@link #contentSection} the frame's contents begin, in bytes. */
  public long contentOffset(long pfn) {
    return frames.offset(pfn);
  }

  /**
   * The machine is gone: whoever makes many of them one after the other says so, and the next one
   * need not get its memory from the system again. Nothing of the machine may be used any more, not
   * even looked at.
   */
  public void retire() {
    frames.retire();
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
