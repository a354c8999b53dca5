// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.Syscalls;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Page tables of 1 GiB, and what a hook costs a mapping. Beside them a bare loop that stores as
 * many longs into arrays of the same shape.
 */
final class RemapTask implements Task {
  static final String FILL = "fill";
  static final String ZAP = "zap";
  static final String BARE = "bare stores";
  static final String HUGE = "huge entries";
  static final String HUGE_TOGETHER = "huge entries in one call";
  static final String HUGE_FAULTS = "huge faults";
  static final String PLAIN = "mmap, anonymous";
  static final String HOOKED = "mmap, with a hook";

  private static final long GIB = 1L << 30;
  private static final int PER_TABLE = 512;
  private static final long DEVICE = 0x10_0000_0000L >>> Pages.SHIFT;
  private static final long PLACE = 0x2000_0000_0000L;
  private static final int PASSES = 20;
  private static final long MAPPINGS = 4096;
  private static final long HUGE_BYTES = 2L << 20;

  private final ModelSubject filled = new ModelSubject();
  private final ModelSubject faulted = new ModelSubject();
  private final ModelSubject mapped = new ModelSubject();
  private final long[][] bare = new long[PER_TABLE][PER_TABLE];
  private final OpenFile device =
      file(descriptor -> {
        descriptor.vmFlags(descriptor.vmFlags() | VmFlags.PFNMAP | VmFlags.DONTEXPAND);
        descriptor.vmOps(new HugeFaults());
      });
  private final OpenFile hooked = file(descriptor -> {});
  private final PageProtection protection =
      filled.space().mm().kernel().architecture().protection(VmFlags.READ | VmFlags.SHARED);

  @SuppressWarnings("UnusedVariable") // keeps what is computed from being left out
  private volatile long sink;

  RemapTask() throws ErrnoException {
    fill();
    zap(); // the tables stay
    long at =
        faulted.space().syscalls().mmap(PLACE, GIB, 1, MapFlags.SHARED | MapFlags.FIXED, device, 0);
    if (at != PLACE) {
      throw new IllegalStateException("the model answers " + at);
    }
  }

  private static OpenFile file(MmapPrepare hook) {
    Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, new FileSystem("devtmpfs", false, false));
    return new OpenFile(inode, new DirectoryEntry("/dev/bench"), OpenFile.O_RDWR, hook);
  }

  /** Answers each fault with the largest entry. */
  private static final class HugeFaults implements VmOperations {
    @Override
    public FaultContext.Result hugeFault(FaultContext fault, int level) {
      return level == 1
          ? fault.insertHuge(1, DEVICE + (fault.pgoff() & -PER_TABLE))
          : FaultContext.Result.FALLBACK;
    }
  }

  @Override
  public Map<String, Double> round() throws ErrnoException {
    Map<String, ChunkTimes> times = new LinkedHashMap<>();
    for (int pass = 0; pass < PASSES; pass++) {
      time(times, BARE, this::store);
      time(times, FILL, this::fill);
      time(times, ZAP, this::zap);
      time(times, HUGE, this::insertHuge);
      clearHuge();
      time(times, HUGE_TOGETHER, this::insertHugeTogether);
      clearHuge();
      time(times, HUGE_FAULTS, this::faultHuge);
      clearHuge();
      mapMany(times, PLAIN, null);
      mapMany(times, HOOKED, hooked);
    }
    Map<String, Double> results = new LinkedHashMap<>();
    times.forEach((key, values) -> results.put(key, values.median()));
    return results;
  }

  private interface Work {
    void run() throws ErrnoException;
  }

  private static void time(Map<String, ChunkTimes> times, String key, Work work)
      throws ErrnoException {
    long begun = System.nanoTime();
    work.run();
    times.computeIfAbsent(key, k -> new ChunkTimes()).add(begun, 1);
  }

  private void store() {
    long entry = DEVICE << Pages.SHIFT | protection.bits();
    for (long[] table : bare) {
      for (int i = 0; i < PER_TABLE; i++) {
        table[i] = entry;
        entry += Pages.SIZE;
      }
    }
    sink = bare[PER_TABLE - 1][0];
  }

  private PageTables tables() {
    return filled.space().mm().pageTables();
  }

  private void fill() throws ErrnoException {
    tables().fill(PLACE, DEVICE, Pages.count(GIB), protection, true);
  }

  private void zap() {
    PhysicalMemory memory = filled.space().mm().kernel().memory();
    sink = tables().zap(PLACE, PLACE + GIB, memory);
  }

  private void insertHuge() throws ErrnoException {
    PageTables tables = faulted.space().mm().pageTables();
    long inserted = 0;
    for (long at = PLACE; at < PLACE + GIB; at += HUGE_BYTES) {
      inserted += tables.insertHuge(1, at, DEVICE + Pages.count(at - PLACE), protection) ? 1 : 0;
    }
    sink = inserted;
  }

  /** The same in one call. */
  private void insertHugeTogether() throws ErrnoException {
    PageTables tables = faulted.space().mm().pageTables();
    sink = tables.insertHuge(1, PLACE, DEVICE, GIB / HUGE_BYTES, protection);
  }

  /** The same, each by a fault that the driver answers. */
  private void faultHuge() throws ErrnoException {
    long answers = 0;
    for (long at = PLACE; at < PLACE + GIB; at += HUGE_BYTES) {
      answers += faulted.space().driverFault(at, false).ordinal();
    }
    sink = answers;
  }

  private void clearHuge() {
    Mm mm = faulted.space().mm();
    sink = mm.pageTables().zap(PLACE, PLACE + GIB, mm.kernel().memory());
  }

  /** One of many mappings, that do not touch each other. */
  private void mapMany(Map<String, ChunkTimes> times, String key, @Nullable OpenFile file) {
    int flags = MapFlags.SHARED | MapFlags.FIXED;
    if (file == null) {
      flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
    }
    Syscalls calls = mapped.space().syscalls();
    long last = 0;
    long begun = System.nanoTime();
    for (long at = PLACE; at < PLACE + MAPPINGS * 4 * Pages.SIZE; at += 4 * Pages.SIZE) {
      last = calls.mmap(at, Pages.SIZE, 1, flags, file, 0);
    }
    times.computeIfAbsent(key, k -> new ChunkTimes()).add(begun, MAPPINGS);
    sink = last + calls.munmap(PLACE, MAPPINGS * 4 * Pages.SIZE);
  }
}
