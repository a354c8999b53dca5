// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Transparent huge pages. Outcomes are those that a C program saw in smaps of Linux 6.18.44 with
 * the policy "madvise"; docs/fidelity.md has the table.
 */
class TransparentHugePagesTest {
  private static final long HUGE = 2L << 20;
  private static final long BASE = 0x100000000000L;
  private static final int FIXED = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED;
  private static final int MOVE = MremapFlags.MAYMOVE | MremapFlags.FIXED;

  private Machine machine;
  private AddressSpace space;
  private Syscalls calls;
  private Cpu cpu;

  @BeforeEach
  void advised() {
    begin(KernelConfig.standard());
  }

  private void begin(KernelConfig config) {
    machine = new Machine(config, Profile.LINUX_6_18);
    machine.kernel().thp(ThpPolicy.ADVISED);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
    cpu = space.cpu();
  }

  @AfterEach
  void onlyZeroesAreLeft() {
    cpu.close();
    space.verify();
    space.exit();
    assertThat(tables().tablePages()).as("tables").isZero();
    assertThat(machine.kernel().memory().allocatedPages()).as("pages").isIn(0L, 1L, 512L, 513L);
  }

  private PageTables tables() {
    PageTables tables = space.pageTables();
    assertThat(tables).isNotNull();
    return tables;
  }

  private static long at(long page) {
    return BASE + page * HUGE;
  }

  /** Huge pages that may be mapped, and are advised to be. */
  private void map(long page, long count) {
    plain(page, count);
    assertThat(calls.madvise(at(page), count * HUGE, Advice.HUGEPAGE)).isZero();
  }

  private void plain(long page, long count) {
    assertThat(calls.mmap(at(page), count * HUGE, 3, FIXED, null, 0)).isEqualTo(at(page));
  }

  /** One byte in each small page. */
  private void fill(long page) {
    for (long at = at(page); at < at(page + 1); at += 4096) {
      cpu.storeByte(at, (byte) (at >>> 12));
    }
  }

  private static void checkFilled(Cpu cpu, long from, long end, long moved) {
    for (long at = from; at < end; at += 4096) {
      assertThat(cpu.loadByte(at)).isEqualTo((byte) (at - moved >>> 12));
    }
  }

  /** AnonHugePages and Anonymous of [start, end), in pages. */
  private void counts(AddressSpace of, long start, long end, long hugePages, long anonymous) {
    long[] found = new long[2];
    PageTables tables = of.pageTables();
    assertThat(tables).isNotNull();
    tables.walk(
        start,
        end,
        (address, level, entry) -> {
          KernelPage page = machine.kernel().memory().page(tables.format().pfn(level, entry));
          assertThat(page).isNotNull();
          if (page.kind() == KernelPage.Kind.ANONYMOUS) {
            found[0] += EntryFormat.isTransparent(entry) ? 512 : 0;
            found[1] += level == 0 ? 1 : 512;
          }
        });
    assertThat(found).containsExactly(hugePages, anonymous);
    of.verify();
  }

  private void counts(long page, long count, long hugePages, long anonymous) {
    counts(space, at(page), at(page + count), hugePages, anonymous);
  }

  @Test
  void aWriteTakesAHugePage() {
    map(0, 2);
    cpu.storeByte(at(0) + 5, (byte) 1);
    counts(0, 2, 512, 512);
    assertThat(tables().tablePages(0)).as("the table set aside counts").isOne();
  }

  @Test
  void aReadTakesTheHugePageOfZeroesAndGivesAnIdentity() {
    map(0, 2);
    assertThat(cpu.loadByte(at(0) + 5)).isZero();
    counts(0, 2, 0, 0);
    assertThat(tables().entryLevel(at(0))).isOne();
    assertThat(space.lookup(at(0)).anon()).isNotNull();
    cpu.storeByte(at(0) + 5, (byte) 2);
    counts(0, 2, 512, 512);
  }

  @Test
  void withoutThePageOfZeroesAReadTakesAHugePage() {
    machine.kernel().thp(new ThpPolicy(ThpPolicy.When.ALWAYS, false));
    plain(0, 1);
    assertThat(cpu.loadByte(at(0))).isZero();
    counts(0, 1, 512, 512);
  }

  @Test
  void itMustLieInTheArea() {
    map(0, 2);
    calls.munmap(at(0), 4096);
    cpu.storeByte(at(0) + 4096, (byte) 1);
    counts(0, 2, 0, 1);
    cpu.storeByte(at(1), (byte) 1);
    counts(0, 2, 512, 513);
  }

  @Test
  void policyAndAdviceDecide() {
    plain(0, 1);
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 1, 0, 1);
    map(2, 1);
    calls.madvise(at(2), HUGE, Advice.NOHUGEPAGE);
    cpu.storeByte(at(2), (byte) 1);
    counts(2, 1, 0, 1);
    machine.kernel().thp(ThpPolicy.ALWAYS);
    plain(4, 1);
    cpu.storeByte(at(4), (byte) 1);
    counts(4, 1, 512, 512);
    machine.kernel().thp(ThpPolicy.NEVER);
    map(6, 1);
    cpu.storeByte(at(6), (byte) 1);
    counts(6, 1, 0, 1);
  }

  @Test
  void processesMayRefuse() throws ErrnoException {
    assertThat(calls.prctlSetThpDisable(1, 0, 0, 0)).isZero();
    map(0, 1);
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 1, 0, 1);
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetThpDisable(1, 2, 0, 0)).isZero();
    map(2, 1);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      other.storeByte(at(2), (byte) 1);
      counts(child, at(2), at(3), 512, 512);
      machine.kernel().thp(ThpPolicy.ALWAYS);
      child.syscalls().mmap(at(4), HUGE, 3, FIXED, null, 0);
      other.storeByte(at(4), (byte) 1);
      counts(child, at(4), at(5), 0, 1);
    }
    child.exit();
  }

  @Test
  void unmappingAPartSplits() {
    map(0, 1);
    fill(0);
    calls.munmap(at(0) + 4096, 4096);
    counts(0, 1, 0, 511);
    checkFilled(cpu, at(0) + 8192, at(1), 0);
  }

  @Test
  void discardingAPartSplits() {
    map(0, 1);
    fill(0);
    calls.madvise(at(0) + 4096, 4096, Advice.DONTNEED);
    counts(0, 1, 0, 511);
    assertThat(cpu.loadByte(at(0) + 4096)).isZero();
    checkFilled(cpu, at(0) + 8192, at(1), 0);
    calls.madvise(at(0), HUGE, Advice.DONTNEED);
    counts(0, 1, 0, 0);
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 1, 512, 512);
    calls.madvise(at(0), HUGE, Advice.DONTNEED);
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 1, 512, 512);
  }

  @Test
  void protectingAPartSplitsTheWholeDoesNot() {
    map(0, 2);
    fill(0);
    fill(1);
    calls.mprotect(at(0) + 4096, 4096, 1);
    calls.mprotect(at(1), HUGE, 1);
    counts(0, 2, 512, 1024);
    assertThatThrownBy(() -> cpu.storeByte(at(1), (byte) 1)).isInstanceOf(MemoryFault.class);
    calls.mprotect(at(1), HUGE, 3);
    checkFilled(cpu, at(0), at(2), 0);
    cpu.storeByte(at(1), (byte) 1);
    counts(0, 2, 512, 1024);
  }

  @Test
  void aCutOfTheAreaSplits() {
    map(0, 1);
    fill(0);
    calls.madvise(at(0) + 4096, 4096, Advice.DONTFORK);
    counts(0, 1, 0, 512);
    checkFilled(cpu, at(0), at(1), 0);
  }

  @Test
  void movesAsAWholeWhereItFits() {
    map(0, 1);
    fill(0);
    assertThat(calls.mremap(at(0), HUGE, HUGE, MOVE, at(4))).isEqualTo(at(4));
    counts(4, 1, 512, 512);
    checkFilled(cpu, at(4), at(5), 4 * HUGE);
    assertThat(calls.mremap(at(4), HUGE, HUGE, MOVE, at(8) + 4096)).isEqualTo(at(8) + 4096);
    counts(8, 2, 0, 512);
    checkFilled(cpu, at(8) + 4096, at(9) + 4096, 8 * HUGE + 4096);
  }

  @Test
  void aPartThatMovesSplits() {
    map(0, 1);
    fill(0);
    assertThat(calls.mremap(at(0), HUGE / 2, HUGE / 2, MOVE, at(4))).isEqualTo(at(4));
    counts(4, 1, 0, 256);
    counts(0, 1, 0, 256);
    checkFilled(cpu, at(4), at(4) + HUGE / 2, 4 * HUGE);
    checkFilled(cpu, at(0) + HUGE / 2, at(1), 0);
  }

  @Test
  void afterForkAWriteCopiesASmallPage() throws ErrnoException {
    map(0, 1);
    fill(0);
    AddressSpace child = space.fork(space.task().copy());
    cpu.storeByte(at(0), (byte) 77);
    counts(0, 1, 0, 512);
    counts(child, at(0), at(1), 512, 512);
    try (Cpu other = child.cpu()) {
      checkFilled(other, at(0), at(1), 0);
      other.storeByte(at(0) + 8192, (byte) 88);
      counts(child, at(0), at(1), 0, 512);
      checkFilled(other, at(0) + 12288, at(1), 0);
    }
    assertThat(machine.kernel().memory().allocatedPages()).isEqualTo(514);
    child.exit();
    assertThat(cpu.loadByte(at(0) + 8192)).isEqualTo((byte) (at(0) + 8192 >>> 12));
    cpu.storeByte(at(0) + 4096, (byte) 3);
    counts(0, 1, 0, 512);
    assertThat(machine.kernel().memory().allocatedPages()).isEqualTo(512);
  }

  @Test
  void afterTheChildsEndTheHugePageIsTheParentsAgain() throws ErrnoException {
    map(0, 1);
    fill(0);
    space.fork(space.task().copy()).exit();
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 1, 512, 512);
  }

  @Test
  void aChildWritesToTheHugePageOfZeroes() throws ErrnoException {
    map(0, 1);
    cpu.loadByte(at(0));
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu other = child.cpu()) {
      other.storeByte(at(0), (byte) 1);
    }
    counts(child, at(0), at(1), 512, 512);
    counts(0, 1, 0, 0);
    child.exit();
  }

  @Test
  void thePageOfZeroesSplits() {
    map(0, 1);
    cpu.loadByte(at(0));
    calls.mprotect(at(0), 4096, 1);
    assertThat(tables().entryLevel(at(1) - 4096)).isZero();
    cpu.storeByte(at(0) + 4096, (byte) 1);
    counts(0, 1, 0, 1);
    assertThat(cpu.loadByte(at(0))).isZero();
  }

  @Test
  void collapsing() {
    plain(0, 3);
    long einval = Errno.EINVAL.negated();
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).as("nothing").isEqualTo(einval);
    cpu.loadByte(at(0));
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).as("only read").isEqualTo(einval);
    cpu.storeByte(at(0) + 4096, (byte) 7);
    assertThat(calls.madvise(at(0), 2 * HUGE, Advice.COLLAPSE)).as("second").isEqualTo(einval);
    counts(0, 2, 512, 512);
    assertThat(cpu.loadByte(at(0) + 4096)).isEqualTo((byte) 7);
    assertThat(cpu.loadByte(at(0))).isZero();
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).as("again").isZero();
    cpu.storeByte(at(1), (byte) 1);
    calls.madvise(at(1), HUGE, Advice.DONTNEED);
    assertThat(calls.madvise(at(1), HUGE, Advice.COLLAPSE)).as("discarded").isEqualTo(einval);
    fill(2);
    assertThat(calls.madvise(at(1) + 4096, HUGE, Advice.COLLAPSE)).as("no whole one").isZero();
    counts(0, 3, 512, 1024);
    assertThat(calls.madvise(at(1) + 4096, 2 * HUGE - 4096, Advice.COLLAPSE)).isZero();
    counts(0, 3, 1024, 1024);
    checkFilled(cpu, at(2), at(3), 0);
    calls.madvise(at(2), HUGE, Advice.NOHUGEPAGE);
    assertThat(calls.madvise(at(2), HUGE, Advice.COLLAPSE)).as("refused").isEqualTo(einval);
  }

  @Test
  void whatIsGuardedDoesNotCollapse() {
    plain(0, 1);
    fill(0);
    assertThat(calls.madvise(at(0) + 8192, 4096, Advice.GUARD_INSTALL)).isZero();
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isEqualTo(Errno.EINVAL.negated());
    assertThatThrownBy(() -> cpu.loadByte(at(0) + 8192)).isInstanceOf(MemoryFault.class);
    assertThat(calls.madvise(at(0) + 8192, 4096, Advice.GUARD_REMOVE)).isZero();
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isZero();
    assertThat(cpu.loadByte(at(0) + 8192)).isZero();
    assertThat(tables().entryLevel(at(0))).isOne();
  }

  /** The kernel's source alone says so (mm/khugepaged.c): no probe has pinned a page here. */
  @Test
  void whatIsPinnedDoesNotCollapse() throws ErrnoException {
    plain(0, 1);
    fill(0);
    try (PinnedRange pin = space.pin(at(0), 8, true)) {
      assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isEqualTo(Errno.EAGAIN.negated());
      pin.segments().getFirst().set(ValueLayout.JAVA_BYTE, 0, (byte) 77);
      assertThat(cpu.loadByte(at(0))).as("the same page still").isEqualTo((byte) 77);
    }
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isZero();
    assertThat(cpu.loadByte(at(0))).isEqualTo((byte) 77);
  }

  @Test
  void populatingGivesThePageItselfWhereAHugeOneIsCutUp() throws ErrnoException {
    map(0, 1);
    fill(0);
    AddressSpace child = space.fork(space.task().copy());
    assertThat(calls.madvise(at(0), 4096, Advice.POPULATE_WRITE)).isZero();
    assertThat(Access.WRITE.isAllowedBy(tables().entry(at(0)))).isTrue();
    child.exit();
  }

  @Test
  void collapsingPagesThatAChildHas() throws ErrnoException {
    plain(0, 1);
    fill(0);
    AddressSpace child = space.fork(space.task().copy());
    assertThat(calls.madvise(at(0), HUGE, Advice.COLLAPSE)).isZero();
    counts(0, 1, 512, 512);
    assertThat(child.syscalls().mprotect(at(0), HUGE, 1)).isZero();
    assertThat(child.syscalls().madvise(at(0), HUGE, Advice.COLLAPSE)).isZero();
    counts(child, at(0), at(1), 512, 512);
    cpu.storeByte(at(0), (byte) 1);
    try (Cpu other = child.cpu()) {
      checkFilled(other, at(0), at(1), 0);
    }
    child.exit();
  }

  @Test
  void withoutAHugePageSmallOnesDo() {
    onlyZeroesAreLeft();
    begin(KernelConfig.standard().withMemory(0x100 + 2 * 512, 4096)); // one aligned stretch of 512
    map(0, 3);
    cpu.storeByte(at(0), (byte) 1);
    counts(0, 3, 512, 512);
    cpu.storeByte(at(1), (byte) 1);
    assertThat(cpu.loadByte(at(2))).as("small zeroes").isZero();
    counts(0, 3, 512, 513);
    assertThat(tables().entryLevel(at(2))).isZero();
    assertThat(calls.madvise(at(1), HUGE, Advice.COLLAPSE)).isEqualTo(Errno.ENOMEM.negated());
    counts(0, 3, 512, 513);
  }

  @Test
  void withoutATableNothingIsTaken() {
    map(0, 1);
    for (int nth = 1; nth <= 3; nth++) { // two tables above and one set aside
      machine.kernel().failures(FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, nth));
      boolean write = nth != 2;
      assertThatThrownBy(
              () -> {
                if (write) {
                  cpu.storeByte(at(0), (byte) 1);
                } else {
                  cpu.loadByte(at(0));
                }
              })
          .isInstanceOfSatisfying(
              MemoryFault.class,
              f -> assertThat(f.reason()).isEqualTo(MemoryFault.Cause.OUT_OF_MEMORY));
      machine.kernel().failures(FailurePlan.NONE);
      counts(0, 1, 0, 0);
      calls.munmap(at(0), HUGE);
      assertThat(tables().tablePages()).isZero();
      map(0, 1);
    }
    cpu.storeByte(at(0), (byte) 1);
    machine.kernel().failures(FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1));
    calls.munmap(at(0) + 4096, 4096); // cutting up asks for none
    machine.kernel().failures(FailurePlan.NONE);
    counts(0, 1, 0, 511);
  }

  @Test
  void aForkWithoutTablesGivesAllBack() {
    map(0, 2);
    fill(0);
    fill(1);
    for (int nth = 1; nth <= 4; nth++) {
      machine.kernel().failures(FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, nth));
      assertThatThrownBy(() -> space.fork(space.task().copy())).isInstanceOf(ErrnoException.class);
    }
    machine.kernel().failures(FailurePlan.NONE);
    cpu.storeByte(at(0), (byte) 9);
    counts(0, 2, 1024, 1024);
  }
}
