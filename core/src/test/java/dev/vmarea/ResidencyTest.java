// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What mincore says, and what advice does to the pages it speaks of. Each fact was seen on Linux
 * 6.18 without swap.
 */
class ResidencyTest {
  private static final long BASE = 0x100000000000L;
  private static final long VECTOR = BASE + Pages.bytes(1000);
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.FIXED;
  private static final int ANONYMOUS = PRIVATE | MapFlags.ANONYMOUS;
  private static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;
  private static final long USED = PageProtection.ACCESSED | PageProtection.DIRTY;

  private Machine machine;
  private AddressSpace space;
  private Syscalls calls;
  private Cpu cpu;

  @BeforeEach
  void begin() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
    cpu = space.cpu();
    map(1000, 1002, 3, ANONYMOUS, null);
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

  private void map(long first, long end, int prot, int flags, @Nullable OpenFile file) {
    long bytes = Pages.bytes(end - first);
    assertThat(calls.mmap(at(first), bytes, prot, flags, file, 0)).isEqualTo(at(first));
  }

  private void advise(long first, long end, int advice) {
    assertThat(calls.madvise(at(first), Pages.bytes(end - first), advice)).isZero();
    space.verify();
  }

  private void write(long first, long end) {
    for (long page = first; page < end; page++) {
      cpu.storeByte(at(page), (byte) 7);
    }
  }

  private static OpenFile file(long pages) {
    return ShmemFile.unnamed("/memfd:x", Pages.bytes(pages));
  }

  /** The vector's bytes as digits; 9 where nothing was written. */
  private String resident(long first, long end) {
    return resident(first, end, 0);
  }

  private String resident(long first, long end, long expected) {
    int count = (int) (end - first);
    for (int i = 0; i < count; i++) {
      cpu.storeByte(VECTOR + i, (byte) 9);
    }
    assertThat(calls.mincore(at(first), Pages.bytes(count), VECTOR)).isEqualTo(expected);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(cpu.loadByte(VECTOR + i));
    }
    return text.toString();
  }

  private long entryBits(long page) {
    return space.pageTables().entry(at(page)) & (USED | PageProtection.PRESENT);
  }

  @Test
  void anonymousPagesAreThereOnceTouched() {
    map(0, 6, 3, ANONYMOUS, null);
    write(1, 2);
    cpu.loadByte(at(3));
    assertThat(resident(0, 6)).isEqualTo("010100");
    calls.mprotect(at(0), Pages.bytes(6), 0);
    assertThat(resident(0, 6)).isEqualTo("010100");
    calls.mprotect(at(0), Pages.bytes(6), 3);
    advise(1, 2, Advice.DONTNEED);
    assertThat(resident(0, 6)).isEqualTo("000100");
  }

  /** can_change_pte_writable: so that the next write is no fault, and marks nothing. */
  @Test
  void ownPagesAreWritableAtOnceAfterMprotectThoseOfAForkAreNot() throws ErrnoException {
    map(0, 2, 3, ANONYMOUS, null);
    write(0, 2);
    calls.mprotect(at(0), Pages.SIZE, 1);
    calls.mprotect(at(0), Pages.SIZE, 3);
    assertThat(space.pageTables().entry(at(0)) & PageProtection.WRITE).isNotZero();

    space.fork(space.task().copy()).exit();
    calls.mprotect(at(0), Pages.bytes(2), 1);
    calls.mprotect(at(0), Pages.bytes(2), 3);
    assertThat(space.pageTables().entry(at(0)) & PageProtection.WRITE).isZero();
    write(0, 1);
    calls.mprotect(at(0), Pages.bytes(2), 1);
    calls.mprotect(at(0), Pages.bytes(2), 3);
    assertThat(space.pageTables().entry(at(0)) & PageProtection.WRITE).isNotZero();
    assertThat(space.pageTables().entry(at(1)) & PageProtection.WRITE).isZero();
  }

  @Test
  void pagesOfFilesAreThereWhoeverTouchedThem() {
    OpenFile file = file(6);
    map(0, 6, 3, SHARED, file);
    write(2, 4);
    map(0, 6, 3, SHARED, file);
    assertThat(space.pageTables().runs(at(0), at(6))).isEmpty();
    assertThat(resident(0, 6)).isEqualTo("001100");
    advise(2, 3, Advice.GUARD_INSTALL);
    assertThat(resident(0, 6)).as("also under a guard marker").isEqualTo("001100");
    advise(0, 6, Advice.DONTNEED);
    assertThat(resident(0, 6)).isEqualTo("001100");
    map(0, 6, 3, PRIVATE, file);
    write(0, 1);
    assertThat(resident(0, 6)).as("the copy's original, too").isEqualTo("101100");
    advise(0, 1, Advice.DONTNEED);
    assertThat(resident(0, 6)).isEqualTo("101100");
    file.inode().punchHole(0, 3);
    assertThat(resident(0, 6)).isEqualTo("000100");
  }

  @Test
  void whatIsNobodysBusinessIsThere() {
    OpenFile file = file(4);
    file.inode().hidesResidency(true);
    map(0, 4, 1, PRIVATE, file);
    assertThat(resident(0, 4)).as("with CAP_FOWNER").isEqualTo("0000");
    space.task().capabilities(0);
    assertThat(resident(0, 4)).isEqualTo("1111");
  }

  @Test
  void theVectorIsWrittenUpToAHole() {
    map(0, 6, 3, ANONYMOUS, null);
    write(0, 1);
    calls.munmap(at(4), Pages.SIZE);
    calls.mprotect(at(2), Pages.SIZE, 1);
    assertThat(resident(0, 6, Errno.ENOMEM.negated())).isEqualTo("100099");
  }

  @Test
  void theVectorIsWrittenUpToWhatCannotBeWritten() {
    map(0, 40, 3, ANONYMOUS, null);
    write(0, 1);
    write(9, 10);
    calls.mprotect(VECTOR + Pages.SIZE, Pages.SIZE, 1);
    long vector = VECTOR + Pages.SIZE - 10;
    assertThat(calls.mincore(at(0), Pages.bytes(40), vector)).isEqualTo(Errno.EFAULT.negated());
    assertThat(cpu.loadByte(vector)).isOne();
    assertThat(cpu.loadByte(vector + 8)).isZero();
    assertThat(cpu.loadByte(vector + 9)).isOne();
    advise(1000, 1001, Advice.GUARD_INSTALL);
    assertThat(calls.mincore(at(0), Pages.SIZE, VECTOR)).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void writingTheVectorIsAWriteFault() {
    OpenFile file = file(2);
    map(10, 12, 3, PRIVATE, file);
    map(0, 2, 3, ANONYMOUS, null);
    assertThat(calls.mincore(at(0), Pages.bytes(2), at(10) + 5)).isZero();
    assertThat(space.lookup(at(10)).anon()).isNotNull();
    map(20, 21, 3, SHARED, file);
    assertThat(cpu.loadByte(at(20) + 5)).as("the file is as it was").isZero();
  }

  @Test
  void freeing() {
    map(0, 4, 3, ANONYMOUS, null);
    write(0, 4);
    advise(0, 3, Advice.FREE);
    assertThat(entryBits(0)).as("neither accessed nor dirty").isEqualTo(PageProtection.PRESENT);
    assertThat(cpu.loadByte(at(0))).as("not reclaimed yet").isEqualTo((byte) 7);
    cpu.storeByte(at(1), (byte) 8);
    assertThat(entryBits(0)).isEqualTo(PageProtection.PRESENT | PageProtection.ACCESSED);
    assertThat(entryBits(1)).isEqualTo(PageProtection.PRESENT | USED);
    assertThat(resident(0, 4)).isEqualTo("1111");
    advise(0, 4, Advice.PAGEOUT);
    assertThat(resident(0, 4)).as("those not written again are gone").isEqualTo("0101");
    assertThat(cpu.loadByte(at(0))).isZero();
    assertThat(cpu.loadByte(at(1))).isEqualTo((byte) 8);
    assertThat(cpu.loadByte(at(3))).isEqualTo((byte) 7);
  }

  @Test
  void fillingKeepsWhatWasFreed() {
    map(0, 2, 3, ANONYMOUS, null);
    write(0, 2);
    advise(0, 2, Advice.FREE);
    advise(0, 1, Advice.POPULATE_WRITE);
    assertThat(entryBits(0))
        .as("the page is dirty, not the entry")
        .isEqualTo(PageProtection.PRESENT);
    advise(0, 2, Advice.PAGEOUT);
    assertThat(resident(0, 2)).isEqualTo("10");
  }

  @Test
  void droppableMemoryIsLostAlsoWhenItWasWritten() {
    map(0, 2, 3, MapFlags.DROPPABLE | MapFlags.ANONYMOUS | MapFlags.FIXED, null);
    write(0, 2);
    advise(0, 1, Advice.PAGEOUT);
    assertThat(resident(0, 2)).isEqualTo("01");
    assertThat(cpu.loadByte(at(0))).isZero();
  }

  @Test
  void pagesThatWereLockedWhereLinuxForgetsItStay() {
    OpenFile file = file(8);
    map(0, 8, 3, SHARED, file);
    assertThat(calls.mlock(at(0), Pages.bytes(8))).isZero();
    assertThat(calls.mremap(at(6), Pages.bytes(2), Pages.bytes(2), 7, at(20))).isEqualTo(at(20));
    advise(0, 2, Advice.PAGEOUT);
    assertThat(entryBits(0)).as("still mapped").isNotZero();
    assertThat(calls.mlock(at(0), Pages.SIZE)).isZero();
    assertThat(calls.munlock(at(0), Pages.SIZE)).isZero();
    advise(0, 2, Advice.PAGEOUT);
    assertThat(entryBits(0)).isZero();
    assertThat(entryBits(1)).isNotZero();
  }

  @Test
  void freeingWhatAForkedProcessHasToo() throws Exception {
    map(0, 2, 3, ANONYMOUS, null);
    write(0, 2);
    AddressSpace child = space.fork(space.task().copy());
    advise(0, 2, Advice.FREE);
    advise(0, 2, Advice.PAGEOUT);
    assertThat(cpu.loadByte(at(0))).as("mapped twice").isEqualTo((byte) 7);
    child.exit();
    advise(0, 2, Advice.PAGEOUT);
    assertThat(resident(0, 2)).isEqualTo("00");
  }

  @Test
  void coldPages() {
    map(0, 2, 3, ANONYMOUS, null);
    OpenFile file = file(4);
    map(4, 8, 3, SHARED, file);
    map(8, 12, 3, SHARED, file);
    write(0, 2);
    write(4, 8);
    cpu.storeByte(at(8), (byte) 1);
    advise(0, 2, Advice.COLD);
    advise(4, 8, Advice.COLD);
    assertThat(entryBits(0) & PageProtection.ACCESSED).isZero();
    assertThat(entryBits(4)).as("mapped elsewhere, too").isEqualTo(PageProtection.PRESENT | USED);
    assertThat(entryBits(5) & PageProtection.ACCESSED).isZero();
    assertThat(cpu.loadByte(at(5))).isEqualTo((byte) 7);
    assertThat(entryBits(5)).isEqualTo(PageProtection.PRESENT | USED);
  }

  @Test
  void pagingOutWithoutSwap() {
    OpenFile file = file(4);
    map(0, 4, 3, SHARED, file);
    write(0, 2);
    cpu.loadByte(at(2));
    advise(0, 4, Advice.PAGEOUT);
    assertThat(space.pageTables().runs(at(0), at(4))).isEmpty();
    assertThat(resident(0, 4)).as("a page never written is gone").isEqualTo("1100");
    assertThat(cpu.loadByte(at(1))).isEqualTo((byte) 7);
    map(4, 8, 3, PRIVATE, file);
    write(4, 5);
    cpu.loadByte(at(7));
    advise(4, 8, Advice.PAGEOUT);
    assertThat(resident(4, 8)).as("the copy stays").isEqualTo("1100");
    map(8, 10, 3, ANONYMOUS, null);
    write(8, 9);
    cpu.loadByte(at(9));
    advise(8, 10, Advice.PAGEOUT);
    assertThat(resident(8, 10)).isEqualTo("11");
    assertThat(cpu.loadByte(at(8))).isEqualTo((byte) 7);
  }

  @Test
  void discardingLockedPages() {
    map(0, 4, 3, ANONYMOUS | MapFlags.LOCKED, null);
    assertThat(calls.madvise(at(0), Pages.bytes(2), Advice.DONTNEED))
        .isEqualTo(Errno.EINVAL.negated());
    advise(0, 2, Advice.DONTNEED_LOCKED);
    assertThat(resident(0, 4)).isEqualTo("0011");
  }

  @Test
  void removingPagesOfAFileLeavesPrivateCopies() {
    OpenFile file = file(4);
    map(0, 4, 3, SHARED, file);
    map(4, 8, 3, PRIVATE, file);
    write(0, 4);
    write(5, 6);
    advise(1, 3, Advice.REMOVE);
    assertThat(resident(0, 4)).isEqualTo("1001");
    assertThat(cpu.loadByte(at(1))).isZero();
    assertThat(cpu.loadByte(at(5))).isEqualTo((byte) 7);
    assertThat(cpu.loadByte(at(6))).isZero();
  }

  @Test
  void wipedAndLeftOutOfFork() throws Exception {
    map(0, 3, 3, ANONYMOUS, null);
    write(0, 3);
    advise(0, 1, Advice.WIPEONFORK);
    advise(1, 2, Advice.DONTFORK);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      assertThat(other.loadByte(at(0))).isZero();
      assertThat(other.loadByte(at(2))).isEqualTo((byte) 7);
    }
    assertThat(child.lookup(at(1))).isNull();
    child.exit();
    assertThat(cpu.loadByte(at(0))).isEqualTo((byte) 7);
  }
}
