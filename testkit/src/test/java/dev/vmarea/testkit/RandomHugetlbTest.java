// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Advice;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory of hugetlb under random calls with a pool that is too small: no byte is ever a foreign
 * one, and after each step a page is in use if and only if an entry or the file has it.
 *
 * <p>Which byte is right is known page by page: of an anonymous page the last that was stored by
 * this process, or before the fork; of a shared one the last that anybody stored. A process that
 * finds no page gets SIGBUS and its page is not looked at again. Parts of areas are not moved:
 * Linux loses reservations then.
 */
class RandomHugetlbTest {
  private static final long HUGE = 2L << 20;
  private static final long BASE = 0x100000000000L;
  private static final int PAGES = 12;
  private static final int POOL = 7;
  private static final int FILE_PAGES = 4;

  /** What a huge page of the address space should hold. */
  private static final class Page {
    int filePage = -1;
    byte own;
    boolean lost;

    Page copy() {
      Page copy = new Page();
      copy.filePage = filePage;
      copy.own = own;
      copy.lost = lost;
      return copy;
    }
  }

  /** One process and what its memory should hold. */
  private static final class Program {
    private final AddressSpace space;
    private final Cpu cpu;
    private final @Nullable Page[] pages;

    Program(AddressSpace space, @Nullable Page[] pages) {
      this.space = space;
      this.cpu = space.cpu();
      this.pages = pages;
    }

    Syscalls calls() {
      return space.syscalls();
    }

    void end() {
      cpu.close();
      space.exit();
    }
  }

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final HugePagePool pool = ((KernelFiles) machine.backing()).hugePages();
  private final OpenFile file = new HugetlbFile(pool, HUGE).unnamed("/memfd:x", FILE_PAGES * HUGE);
  private final byte[] fileBytes = new byte[FILE_PAGES];
  private final List<Program> programs = new ArrayList<>();
  private long buses;
  private long good;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noByteIsForeignAndNoPageLost(long seed) throws Exception {
    pool.setTotal(HUGE, POOL);
    SplittableRandom random = new SplittableRandom(seed);
    pool.overcommit(HUGE, seed % 3);
    programs.add(begin());
    int steps = Integer.getInteger("vmarea.steps", 20_000) / 10;
    for (int step = 0; step < steps; step++) {
      try {
        step(random, programs.get(random.nextInt(programs.size())));
        checkPool();
      } catch (AssertionError | RuntimeException failed) {
        throw new AssertionError("seed " + seed + ", step " + step, failed);
      }
    }
    assertThat(buses).as("accesses without a page").isPositive();
    assertThat(good).as("accesses with one").isGreaterThan(steps / 8);
    programs.forEach(Program::end);
    file.put();
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(POOL, POOL, 0, 0));
    pool.setTotal(HUGE, 0);
    assertThat(machine.kernel().memory().allocatedPages()).isZero();
  }

  private Program begin() {
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    AddressSpace space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    return new Program(space, new @Nullable Page[PAGES]);
  }

  private static long at(int page) {
    return BASE + page * HUGE;
  }

  private void step(SplittableRandom random, Program program) throws Exception {
    int first = random.nextInt(PAGES);
    int count = 1 + random.nextInt(Math.min(3, PAGES - first));
    switch (random.nextInt(20)) {
      case 0 -> anonymous(random, program, first, count);
      case 1 -> fromFile(random, program, first, count);
      case 2 -> unmap(program, first, count);
      case 3 -> program.calls().mprotect(at(first), count * HUGE, 3);
      case 4 -> discard(program, first, count);
      case 5 -> fork(random, program);
      case 6 -> move(random, program);
      case 7 -> punch(random);
      default -> touch(random, program, first);
    }
  }

  private void anonymous(SplittableRandom random, Program program, int first, int count) {
    int reserve = random.nextInt(3) == 0 ? MapFlags.NORESERVE : 0;
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.HUGETLB | MapFlags.FIXED | reserve;
    long result = program.calls().mmap(at(first), count * HUGE, 3, flags, null, 0);
    for (int i = first; i < first + count; i++) {
      program.pages[i] = result == at(first) ? new Page() : null;
    }
  }

  private void fromFile(SplittableRandom random, Program program, int first, int count) {
    int from = random.nextInt(FILE_PAGES - count + 1);
    int flags = MapFlags.SHARED | MapFlags.FIXED;
    long result = program.calls().mmap(at(first), count * HUGE, 3, flags, file, from * HUGE);
    for (int i = 0; i < count; i++) {
      Page page = new Page();
      page.filePage = from + i;
      program.pages[first + i] = result == at(first) ? page : null;
    }
  }

  private static void unmap(Program program, int first, int count) {
    assertThat(program.calls().munmap(at(first), count * HUGE)).isZero();
    for (int i = first; i < first + count; i++) {
      program.pages[i] = null;
    }
  }

  private static void discard(Program program, int first, int count) {
    program.calls().madvise(at(first), count * HUGE, Advice.DONTNEED);
    for (int i = first; i < first + count; i++) {
      Page page = program.pages[i];
      if (page != null && page.filePage < 0) {
        page.own = 0;
      }
    }
  }

  private void fork(SplittableRandom random, Program program) throws Exception {
    if (programs.size() == 3) {
      programs.remove(random.nextInt(3)).end();
      return;
    }
    @Nullable Page[] copies = new @Nullable Page[PAGES];
    for (int i = 0; i < PAGES; i++) {
      Page page = program.pages[i];
      copies[i] = page == null ? null : page.copy();
      Page copy = copies[i];
      if (copy != null && copy.filePage < 0 && !isMapped(program, i)) {
        copy.lost |= copy.own != 0; // taken by the owner: the grandchild sees zeroes, as in Linux
      }
    }
    AddressSpace child = program.space.fork(program.space.task().copy());
    programs.add(new Program(child, copies));
  }

  private static boolean isMapped(Program program, int page) {
    PageTables tables = program.space.pageTables();
    return tables != null && tables.entry(at(page)) != 0;
  }

  /** Whole areas only. */
  private static void move(SplittableRandom random, Program program) {
    Vma vma = program.space.lookup(at(random.nextInt(PAGES)));
    if (vma == null) {
      return;
    }
    int first = (int) ((vma.start() - BASE) / HUGE);
    int count = (int) (vma.length() / HUGE);
    int target = random.nextInt(PAGES - count + 1);
    if (Math.abs(target - first) < count) {
      return;
    }
    assertThat(program.calls().mremap(vma.start(), vma.length(), vma.length(), 3, at(target)))
        .isEqualTo(at(target));
    for (int i = 0; i < count; i++) {
      program.pages[target + i] = program.pages[first + i];
      program.pages[first + i] = null;
    }
  }

  private void punch(SplittableRandom random) {
    int first = random.nextInt(FILE_PAGES);
    file.inode().punchHole(Pages.count(first * HUGE), Pages.count((first + 1) * HUGE));
    fileBytes[first] = 0;
  }

  private void touch(SplittableRandom random, Program program, int index) {
    Page page = program.pages[index];
    long address = at(index) + (index * 12345L + 678) % HUGE; // the same one for each page
    boolean write = random.nextBoolean();
    byte value = (byte) (1 + random.nextInt(127));
    try {
      byte got = 0;
      if (write) {
        program.cpu.storeByte(at(index) + 4096, value);
      } else {
        got = program.cpu.loadByte(at(index) + 4096);
      }
      assertThat(program.cpu.loadByte(address)).as("never stored").isZero();
      assertThat(page).as("nothing is mapped at page " + index).isNotNull();
      good++;
      if (write) {
        store(page, value);
      } else if (!page.lost) {
        assertThat(got)
            .as("page " + index)
            .isEqualTo(page.filePage < 0 ? page.own : fileBytes[page.filePage]);
      }
    } catch (MemoryFault fault) {
      assertThat(fault.reason())
          .isEqualTo(page == null ? MemoryFault.Cause.MAPERR : MemoryFault.Cause.BUS);
      if (page != null) {
        buses++;
        page.lost |= page.filePage < 0; // perhaps the owner's of long ago
      }
    }
  }

  private void store(Page page, byte value) {
    if (page.filePage < 0) {
      page.own = value;
      page.lost = false;
    } else {
      fileBytes[page.filePage] = value;
    }
  }

  private void checkPool() {
    Set<Long> inUse = new HashSet<>();
    for (Program program : programs) {
      PageTables tables = program.space.pageTables();
      if (tables != null) {
        program.space.verify();
        tables.walk(
            BASE,
            at(PAGES),
            (address, level, entry) -> {
              assertThat(level).isOne();
              assertThat(EntryFormat.isSpecial(entry)).isFalse();
              inUse.add(tables.format().pfn(level, entry));
            });
      }
    }
    pool.verify();
    HugePagePool.Counts counts = pool.counts(HUGE);
    long onlyInFile = counts.total() - counts.free() - inUse.size();
    assertThat(onlyInFile).as("pages in use without an entry").isBetween(0L, (long) FILE_PAGES);
    assertThat(counts.total() - counts.surplus()).isEqualTo(POOL);
    assertThat(counts.free()).isNotNegative();
  }
}
