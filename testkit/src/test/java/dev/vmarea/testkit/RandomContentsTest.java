// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Contents under random calls, beside bytes in plain arrays: each page of the model is a reference
 * to a page of bytes, private ones copied when they are written, shared ones the file's own.
 */
class RandomContentsTest {
  private static final long BASE = 0x100000000000L;
  private static final int FEW_PAGES = 24;

  /** 12 MiB: room for huge pages. */
  private static final int MANY_PAGES = 3072;

  private static final int FILE_PAGES = 12;

  /** What a page of the address space should hold. */
  private static final class Page {
    /** Page of the file, or -1. */
    int filePage = -1;

    boolean shared;

    /** Its own bytes, once it was written privately. */
    byte @Nullable [] own;

    boolean writable = true;

    /** A guard marker: no access succeeds, whatever else is known. */
    boolean guarded;

    /** Whether it may be lost from now on, until it is written again (MADV_FREE). */
    boolean lazy;

    /** Whether it is there, if it is anonymous. */
    boolean present;

    void discard() {
      own = null;
      present = false;
      lazy = false;
    }

    Page copy() {
      Page copy = new Page();
      copy.filePage = filePage;
      copy.shared = shared;
      copy.own = own == null ? null : own.clone();
      copy.writable = writable;
      copy.guarded = guarded;
      copy.lazy = lazy;
      copy.present = present;
      return copy;
    }
  }

  /** One process and what its memory should hold. */
  private static final class Program {
    final AddressSpace space;
    final Cpu cpu;
    final @Nullable Page[] pages;

    Program(AddressSpace space, @Nullable Page[] pages) {
      this.space = space;
      this.cpu = space.cpu();
      this.pages = pages;
    }
  }

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private static final long VECTOR = BASE + Pages.bytes(8000);

  private final byte[][] fileBytes = new byte[FILE_PAGES][4096];

  /** Pages of the file that are in memory; those behind its end never are. */
  private final boolean[] cached = new boolean[2 * FILE_PAGES];

  private final OpenFile file = ShmemFile.unnamed("/memfd:x", Pages.bytes(FILE_PAGES));
  private int fileEnd = FILE_PAGES;
  private @Nullable Program parent;
  private int size = FEW_PAGES;
  private boolean huge;
  private long hugeSeen;
  private Program process = begin();

  private Program begin() {
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    Task task = new Task(new ResourceLimits(), -1L);
    AddressSpace space = machine.newAddressSpace(layout, task);
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
    assertThat(space.syscalls().mmap(VECTOR, Pages.SIZE, 3, flags, null, 0)).isEqualTo(VECTOR);
    return new Program(space, new @Nullable Page[size]);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void contentsAreThoseOfTheBytes(long seed) throws Exception {
    run(seed, Integer.getInteger("vmarea.steps", 125_000));
    assertThat(machine.kernel().memory().allocatedPages()).as("but for the zeroes").isOne();
  }

  /** The same with transparent huge pages wherever they fit, and large areas. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void contentsAreThoseOfTheBytesWithHugePages(long seed) throws Exception {
    end(process);
    machine
        .kernel()
        .thp(seed % 2 == 0 ? ThpPolicy.ALWAYS : new ThpPolicy(ThpPolicy.When.ALWAYS, false));
    huge = true;
    size = MANY_PAGES;
    process = begin();
    run(seed, Integer.getInteger("vmarea.steps", 20_000) / 10);
    assertThat(hugeSeen).as("huge pages met").isPositive();
    assertThat(machine.kernel().memory().allocatedPages())
        .as("but for the zeroes")
        .isIn(0L, 1L, 512L, 513L);
  }

  private void run(long seed, int steps) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    for (int step = 0; step < steps; step++) {
      try {
        step(random);
        if (step % 256 == 0) {
          compareAll();
          process.space.verify();
          machine.verify();
          countHuge();
        }
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed + ", step " + step, failed);
      }
    }
    end(process);
    if (parent != null) {
      end(parent);
    }
    file.inode().truncate(0);
    machine.verify();
  }

  private void countHuge() {
    PageTables tables = process.space.pageTables();
    if (tables != null) {
      tables.walk(BASE, at(size), (address, level, entry) -> hugeSeen += level > 0 ? 1 : 0);
    }
  }

  private static void end(Program process) {
    process.cpu.close();
    process.space.exit();
  }

  private void step(SplittableRandom random) throws Exception {
    int first = random.nextInt(size);
    int count = 1 + random.nextInt(Math.min(5, size - first));
    if (huge && random.nextInt(4) != 0) {
      first = random.nextInt(24) * 128;
      count = Math.min(size - first, 128 * (1 + random.nextInt(12)));
      if (random.nextInt(8) == 0) {
        collapse(first, count);
      }
    }
    switch (random.nextInt(26)) {
      case 0 -> anonymous(first, count);
      case 1 -> fromFile(random, first, count);
      case 2 -> unmap(first, count);
      case 3 -> protect(random, first, count);
      case 4 -> move(random, first, count);
      case 5 -> discard(first, count);
      case 6 -> truncate(random);
      case 7 -> punch(random);
      case 8 -> fork(random);
      case 9 -> guard(first, count);
      case 10 -> unguard(first, count);
      case 11 -> free(first, count);
      case 12 -> pageOut(first, count);
      case 13 -> populate(random, first, count);
      case 14 -> residency(first, count);
      default -> touch(random, first);
    }
  }

  /** Changes no contents, whatever it says. */
  private void collapse(int first, int count) {
    calls().madvise(at(first), Pages.bytes(count), Advice.COLLAPSE);
  }

  private static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  private Syscalls calls() {
    return process.space.syscalls();
  }

  private void anonymous(int first, int count) {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
    assertThat(calls().mmap(at(first), Pages.bytes(count), 3, flags, null, 0)).isEqualTo(at(first));
    for (int i = first; i < first + count; i++) {
      process.pages[i] = new Page();
    }
  }

  private void fromFile(SplittableRandom random, int first, int wanted) {
    int from = random.nextInt(FILE_PAGES);
    int count = Math.min(wanted, FILE_PAGES);
    boolean shared = random.nextBoolean();
    int flags = (shared ? MapFlags.SHARED : MapFlags.PRIVATE) | MapFlags.FIXED;
    assertThat(calls().mmap(at(first), Pages.bytes(count), 3, flags, file, Pages.bytes(from)))
        .isEqualTo(at(first));
    for (int i = 0; i < count; i++) {
      Page page = new Page();
      page.filePage = from + i;
      page.shared = shared;
      process.pages[first + i] = page;
    }
  }

  private void unmap(int first, int count) {
    assertThat(calls().munmap(at(first), Pages.bytes(count))).isZero();
    Arrays.fill(process.pages, first, first + count, null);
  }

  private void protect(SplittableRandom random, int first, int count) {
    boolean writable = random.nextBoolean();
    long result = calls().mprotect(at(first), Pages.bytes(count), writable ? 3 : 1);
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      if (page == null) {
        assertThat(result).isNegative();
        return;
      }
      page.writable = writable;
    }
    assertThat(result).isZero();
  }

  /** Moves pages that lie in one VMA; others are refused. */
  private void move(SplittableRandom random, int first, int count) {
    int target = random.nextInt(size - count + 1);
    long result = calls().mremap(at(first), Pages.bytes(count), Pages.bytes(count), 3, at(target));
    if (result != at(target)) {
      resynchronise();
      return;
    }
    @Nullable Page[] moved = Arrays.copyOfRange(process.pages, first, first + count);
    for (int i = 0; i < count; i++) {
      if (moved[i] != null) {
        process.pages[target + i] = moved[i];
        process.pages[first + i] = null;
      }
    }
    // Gaps between several VMAs are reproduced at the destination, which is only partly cleared.
    resynchronise();
  }

  /** Which pages are mapped is the business of other tests. */
  private void resynchronise() {
    for (int i = 0; i < size; i++) {
      if (process.space.lookup(at(i)) == null) {
        process.pages[i] = null;
      } else if (process.pages[i] == null) {
        unmapped(i);
      }
    }
  }

  private void unmapped(int page) {
    assertThat(calls().munmap(at(page), Pages.SIZE)).isZero();
  }

  private void discard(int first, int count) {
    long result = calls().madvise(at(first), Pages.bytes(count), 4);
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      if (page == null) {
        assertThat(result).isNegative();
      } else {
        page.discard();
      }
    }
  }

  private long advise(int first, int count, int advice) {
    return calls().madvise(at(first), Pages.bytes(count), advice);
  }

  private void guard(int first, int count) {
    advise(first, count, Advice.GUARD_INSTALL);
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      if (page != null) {
        page.discard();
        page.guarded = true;
      }
    }
  }

  private void unguard(int first, int count) {
    advise(first, count, Advice.GUARD_REMOVE);
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      if (page != null) {
        page.guarded = false;
      }
    }
  }

  private boolean isAnonymous(int first, int count) {
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      if (page == null || page.filePage >= 0) {
        return false;
      }
    }
    return true;
  }

  private void free(int first, int count) {
    if (isAnonymous(first, count)) {
      assertThat(advise(first, count, Advice.FREE)).isZero();
      for (int i = first; i < first + count; i++) {
        Page page = process.pages[i];
        if (page != null) {
          page.lazy = page.own != null;
        }
      }
    }
  }

  /** Only where nobody else can have the pages, which would keep them. */
  private void pageOut(int first, int count) {
    if (parent == null && isAnonymous(first, count)) {
      assertThat(advise(first, count, Advice.PAGEOUT)).isZero();
      for (int i = first; i < first + count; i++) {
        Page page = process.pages[i];
        if (page != null && page.lazy) {
          page.discard();
        }
      }
    }
  }

  private void populate(SplittableRandom random, int first, int count) {
    boolean write = random.nextBoolean();
    long result = advise(first, count, write ? Advice.POPULATE_WRITE : Advice.POPULATE_READ);
    for (int i = first; i < first + count; i++) {
      Page page = process.pages[i];
      Errno refused = page == null ? Errno.ENOMEM : refused(page, write);
      if (page == null || refused != null) {
        assertThat(result).as("page " + i).isEqualTo(refused.negated());
        return;
      }
      used(page, write);
      bytes(page, write);
    }
    assertThat(result).isZero();
  }

  private @Nullable Errno refused(Page page, boolean write) {
    MemoryFault.Cause fault = expectedFault(page, write);
    return fault == null ? null : fault == MemoryFault.Cause.ACCERR ? Errno.EINVAL : Errno.EFAULT;
  }

  /** An access that succeeds. */
  private void used(Page page, boolean write) {
    page.present = true;
    page.lazy &= !write;
    if (page.filePage >= 0 && page.own == null) {
      cached[page.filePage] = true;
    }
  }

  private void residency(int first, int count) {
    long result = calls().mincore(at(first), Pages.bytes(count), VECTOR);
    for (int i = 0; i < count; i++) {
      Page page = process.pages[first + i];
      if (page == null) {
        assertThat(result).isEqualTo(Errno.ENOMEM.negated());
        return;
      }
      boolean there =
          page.own != null || (page.filePage < 0 ? page.present : cached[page.filePage]);
      if (there || !huge) { // a huge page brings others along
        assertThat(process.cpu.loadByte(VECTOR + i))
            .as("mincore of page " + (first + i))
            .isEqualTo((byte) (there ? 1 : 0));
      }
    }
    assertThat(result).isZero();
  }

  private void truncate(SplittableRandom random) {
    int pages = 1 + random.nextInt(FILE_PAGES);
    file.inode().truncate(Pages.bytes(pages));
    for (int i = pages; i < fileEnd; i++) {
      Arrays.fill(fileBytes[i], (byte) 0);
      cached[i] = false;
      dropCopies(process, i);
      if (parent != null) {
        dropCopies(parent, i);
      }
    }
    fileEnd = pages;
  }

  private static void dropCopies(Program process, int filePage) {
    for (Page page : process.pages) {
      if (page != null && page.filePage == filePage) {
        page.discard();
      }
    }
  }

  private void punch(SplittableRandom random) {
    int first = random.nextInt(FILE_PAGES);
    int end = Math.min(FILE_PAGES, first + 1 + random.nextInt(3));
    file.inode().punchHole(first, end);
    for (int i = first; i < end; i++) {
      cached[i] = false;
      Arrays.fill(fileBytes[i], (byte) 0);
    }
  }

  /** Goes on in the child or in the parent; the other is compared once more and ends. */
  private void fork(SplittableRandom random) throws Exception {
    if (parent != null) {
      Program old = parent;
      parent = null;
      end(old);
    }
    AddressSpace child = process.space.fork(process.space.task().copy());
    @Nullable Page[] copies = new @Nullable Page[size];
    for (int i = 0; i < size; i++) {
      Page page = process.pages[i];
      copies[i] = page == null ? null : page.copy();
      Vma vma = process.space.lookup(at(i));
      if (page != null && vma != null && vma.anon() == null && !vma.has(VmFlags.MAYBE_GUARD)) {
        copies[i].present = false; // its page tables were not copied
      }
    }
    Program other = new Program(child, copies);
    boolean stay = random.nextBoolean();
    parent = stay ? other : process;
    process = stay ? process : other;
  }

  private void touch(SplittableRandom random, int first) {
    int index = huge ? random.nextInt(size) : first;
    Page page = process.pages[index];
    int offset = random.nextInt(4096);
    long address = at(index) + offset;
    if (random.nextBoolean()) {
      compare(process, index, offset);
      return;
    }
    byte value = (byte) random.nextInt();
    try {
      process.cpu.storeByte(address, value);
    } catch (MemoryFault fault) {
      assertThat(fault.reason()).isEqualTo(expectedFault(page, true));
      return;
    }
    assertThat(expectedFault(page, true)).as("write to page " + index).isNull();
    used(page, true);
    bytes(page, true)[offset] = value;
  }

  private MemoryFault.@Nullable Cause expectedFault(@Nullable Page page, boolean write) {
    if (page == null) {
      return MemoryFault.Cause.MAPERR;
    }
    if (write && !page.writable) {
      return MemoryFault.Cause.ACCERR;
    }
    if (page.guarded) {
      return MemoryFault.Cause.MAPERR;
    }
    boolean beyond = page.filePage >= fileEnd && page.own == null;
    return beyond ? MemoryFault.Cause.BUS : null;
  }

  private byte[] bytes(Page page, boolean write) {
    if (page.own != null) {
      return page.own;
    }
    byte[] source = page.filePage < 0 ? new byte[4096] : fileBytes[page.filePage];
    if (write && !page.shared) {
      page.own = source.clone();
      return page.own;
    }
    return source;
  }

  private void compare(Program which, int index, int offset) {
    Page page = which.pages[index];
    try {
      byte got = which.cpu.loadByte(at(index) + offset);
      assertThat(expectedFault(page, false)).as("read of page " + index).isNull();
      assertThat(got)
          .as("byte " + offset + " of page " + index)
          .isEqualTo(bytes(page, false)[offset]);
      used(page, false);
    } catch (MemoryFault fault) {
      assertThat(fault.reason()).isEqualTo(expectedFault(page, false));
    }
  }

  private void compareAll() {
    for (int i = 0; i < size; i++) {
      for (int offset = 0; offset < 4096; offset += 97) {
        compare(process, i, offset);
        if (parent != null) {
          compare(parent, i, offset);
        }
      }
    }
  }
}
