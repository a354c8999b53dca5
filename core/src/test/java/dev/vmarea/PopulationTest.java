// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.mapping.LockOperation;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Which pages calls fault in, as letters: {@code a} anonymous, {@code z} the page of zeroes, {@code
 * f} of a file, upper case if dirty, {@code .} none. Each fact was seen on Linux 6.18, in smaps and
 * by mincore.
 */
class PopulationTest {
  private static final long BASE = 0x100000000000L;
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.FIXED;
  private static final int ANONYMOUS = PRIVATE | MapFlags.ANONYMOUS;
  private static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;

  private Machine machine;
  private AddressSpace space;
  private Syscalls calls;
  private Cpu cpu;

  @BeforeEach
  void begin() {
    begin(KernelConfig.standard());
  }

  private void begin(KernelConfig config) {
    machine = new Machine(config, Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
    cpu = space.cpu();
  }

  @AfterEach
  void end() {
    cpu.close();
    space.verify();
    space.exit();
  }

  private static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  private void map(long first, long end, int prot, int flags, @Nullable OpenFile file, long from) {
    long bytes = Pages.bytes(end - first);
    assertThat(calls.mmap(at(first), bytes, prot, flags, file, Pages.bytes(from)))
        .isEqualTo(at(first));
  }

  private long advise(long first, long end, int advice) {
    return calls.madvise(at(first), Pages.bytes(end - first), advice);
  }

  private static OpenFile file(long pages) {
    return ShmemFile.unnamed("/memfd:x", Pages.bytes(pages));
  }

  private String pages(long first, long end) {
    PageTables tables = space.pageTables();
    PhysicalMemory memory = machine.kernel().memory();
    StringBuilder text = new StringBuilder();
    for (long page = first; page < end; page++) {
      long entry = tables.entry(at(page));
      KernelPage frame = memory.page(tables.format().pfn(0, entry));
      char letter = entry == 0 || frame == null ? '.' : letter(frame.kind());
      boolean dirty = (entry & PageProtection.DIRTY) != 0;
      text.append(dirty ? Character.toUpperCase(letter) : letter);
    }
    return text.toString();
  }

  private static char letter(KernelPage.Kind kind) {
    return switch (kind) {
      case ANONYMOUS -> 'a';
      case FILE -> 'f';
      case ZERO -> 'z';
      default -> '?';
    };
  }

  @Test
  void mapPopulate() {
    map(0, 4, 3, ANONYMOUS | MapFlags.POPULATE, null, 0);
    assertThat(pages(0, 4)).isEqualTo("AAAA");
    map(0, 4, 1, ANONYMOUS | MapFlags.POPULATE, null, 0);
    assertThat(pages(0, 4)).isEqualTo("zzzz");
    map(0, 4, 0, ANONYMOUS | MapFlags.POPULATE, null, 0);
    assertThat(pages(0, 4)).isEqualTo("....");
    map(0, 4, 3, ANONYMOUS | MapFlags.POPULATE | MapFlags.NONBLOCK, null, 0);
    assertThat(pages(0, 4)).isEqualTo("....");
    OpenFile file = file(3);
    map(0, 4, 3, SHARED | MapFlags.POPULATE, file, 0);
    assertThat(pages(0, 4)).as("up to the file's end").isEqualTo("fff.");
    map(0, 4, 3, PRIVATE | MapFlags.POPULATE, file, 0);
    assertThat(pages(0, 4)).isEqualTo("AAA.");
    map(0, 4, 1, PRIVATE | MapFlags.POPULATE, file, 0);
    assertThat(pages(0, 4)).isEqualTo("fff.");
  }

  @Test
  void populateReadAndWrite() {
    map(0, 4, 3, ANONYMOUS, null, 0);
    assertThat(advise(0, 4, Advice.POPULATE_READ)).isZero();
    assertThat(pages(0, 4)).isEqualTo("zzzz");
    assertThat(advise(1, 3, Advice.POPULATE_WRITE)).isZero();
    assertThat(pages(0, 4)).isEqualTo("zAAz");
    OpenFile file = file(6);
    map(4, 10, 3, SHARED, file, 0);
    assertThat(advise(4, 6, Advice.POPULATE_WRITE)).isZero();
    assertThat(pages(4, 10)).isEqualTo("FF....");
    map(4, 14, 3, SHARED, file, 0);
    assertThat(advise(4, 14, Advice.POPULATE_WRITE)).isEqualTo(Errno.EFAULT.negated());
    assertThat(pages(4, 14)).as("pages before the end stay").isEqualTo("FFFFFF....");
  }

  @Test
  void locking() {
    map(0, 6, 3, ANONYMOUS, null, 0);
    calls.mprotect(at(2), Pages.SIZE, 0);
    assertThat(calls.mlock(at(0), Pages.bytes(6))).isEqualTo(Errno.ENOMEM.negated());
    assertThat(pages(0, 6)).as("ends at memory without access").isEqualTo("AA....");
    map(0, 6, 3, ANONYMOUS, null, 0);
    assertThat(calls.mlock2(at(0), Pages.bytes(6), LockOperation.MLOCK_ONFAULT)).isZero();
    assertThat(pages(0, 6)).isEqualTo("......");
    assertThat(calls.mlock(at(0), Pages.bytes(6))).isZero();
    assertThat(pages(0, 6)).isEqualTo("AAAAAA");
    map(0, 4, 1, ANONYMOUS, null, 0);
    assertThat(calls.mlock(at(0), Pages.bytes(4))).isZero();
    assertThat(pages(0, 4)).isEqualTo("zzzz");
    calls.mprotect(at(0), Pages.bytes(4), 3);
    assertThat(pages(0, 4)).as("locked and writable now").isEqualTo("AAAA");
  }

  @Test
  void lockingEndsAtTheFirstPageLackingButMlockallGoesOnWithTheNextArea() {
    OpenFile file = file(2);
    map(0, 4, 3, SHARED, file, 0);
    map(4, 8, 3, ANONYMOUS, null, 0);
    assertThat(calls.mlock(at(0), Pages.bytes(8))).isEqualTo(Errno.ENOMEM.negated());
    assertThat(pages(0, 8)).isEqualTo("ff......");
    assertThat(calls.mlockall(LockOperation.MCL_CURRENT)).isZero();
    assertThat(pages(0, 8)).isEqualTo("ff..AAAA");
  }

  @Test
  void lockedMemoryThatGrowsIsFilled() {
    map(0, 2, 3, ANONYMOUS | MapFlags.LOCKED, null, 0);
    assertThat(pages(0, 2)).isEqualTo("AA");
    assertThat(calls.mremap(at(0), Pages.bytes(2), Pages.bytes(4), 1, 0)).isEqualTo(at(0));
    assertThat(pages(0, 4)).isEqualTo("AAAA");
  }

  @Test
  void markersEndFillingWhereTheyAre() {
    map(0, 8, 3, ANONYMOUS, null, 0);
    assertThat(advise(3, 4, Advice.GUARD_INSTALL)).isZero();
    assertThat(calls.mlock(at(0), Pages.bytes(8))).isEqualTo(Errno.ENOMEM.negated());
    assertThat(pages(0, 8)).isEqualTo("AAA.....");
    assertThat(calls.mlockall(LockOperation.MCL_CURRENT)).isZero();
    assertThat(pages(0, 8)).isEqualTo("AAA.....");
  }

  @Test
  void lackOfMemory() {
    cpu.close();
    space.exit();
    begin(KernelConfig.standard().withMemory(256 + 96 + 20, 0).withOvercommit(1, 0));
    map(0, 2000, 3, ANONYMOUS, null, 0);
    assertThat(calls.mlock(at(0), Pages.bytes(2000))).isEqualTo(Errno.EAGAIN.negated());
    assertThat(advise(0, 2000, Advice.POPULATE_WRITE)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(pages(0, 4)).isEqualTo("AAAA");
    calls.munmap(at(0), Pages.bytes(2000));
  }

  @Test
  void aReadMapsWhatIsInMemoryAround() {
    OpenFile file = file(64);
    map(0, 64, 3, SHARED, file, 0);
    for (int page : new int[] {2, 5, 9, 17}) {
      cpu.storeByte(at(page), (byte) 1);
    }
    map(100, 164, 3, SHARED, file, 0); // page 100 is 4 behind an aligned one
    cpu.loadByte(at(105));
    assertThat(pages(100, 120))
        .as("16 pages from the area's start")
        .isEqualTo("..f..f...f..........");
    cpu.loadByte(at(107));
    assertThat(pages(100, 120)).as("a new page alone").isEqualTo("..f..f.f.f..........");
    cpu.loadByte(at(118));
    assertThat(pages(100, 120)).isEqualTo("..f..f.f.f.......ff.");
    map(100, 164, 3, PRIVATE, file, 0);
    cpu.loadByte(at(102));
    assertThat(pages(100, 120)).isEqualTo("..f..f.f.f..........");
    map(100, 164, 3, SHARED, file, 0);
    cpu.storeByte(at(105), (byte) 1);
    assertThat(pages(100, 120)).as("not at a write").isEqualTo(".....F..............");
  }

  @Test
  void theRangeAroundEndsWithTheAreaAndTheTable() {
    OpenFile file = file(1024);
    map(500, 530, 3, SHARED | MapFlags.POPULATE, file, 0);
    map(500, 530, 3, SHARED, file, 0);
    cpu.loadByte(at(505));
    assertThat(pages(498, 532)).isEqualTo("..ffffffffffff" + ".".repeat(20));
    cpu.loadByte(at(520));
    assertThat(pages(498, 532)).isEqualTo("..ffffffffffff" + "f".repeat(16) + "....");
    map(540, 545, 3, SHARED, file, 2);
    cpu.loadByte(at(542));
    assertThat(pages(538, 547)).isEqualTo("..fffff..");
    machine.kernel().config(machine.kernel().config().withFaultAround(Pages.SIZE));
    map(540, 545, 3, SHARED, file, 2);
    cpu.loadByte(at(542));
    assertThat(pages(538, 547)).as("switched off").isEqualTo("....f....");
  }

  @Test
  void aMachineOfShapesKeepsNoPages() {
    machine.kernel().filling(false);
    map(0, 1 << 18, 3, ANONYMOUS | MapFlags.LOCKED, null, 0);
    assertThat(space.lookup(at(0)).anon()).isNotNull();
    assertThat(machine.kernel().memory().allocatedPages()).isZero();
    assertThat(calls.munlock(at(0), Pages.bytes(8))).isZero();
    assertThat(advise(3, 4, Advice.GUARD_INSTALL)).isZero();
    assertThat(calls.mlock(at(0), Pages.bytes(8))).isEqualTo(Errno.ENOMEM.negated());
    assertThat(advise(0, 8, Advice.POPULATE_READ)).isEqualTo(Errno.EFAULT.negated());
  }
}
