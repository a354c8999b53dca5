// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Huge pages where it matters what goes first: the fuzzer found the model to differ from Linux
 * 6.18.44 in each. A pool of four.
 */
class HugetlbOrderTest {
  private static final long HUGE = 2L << 20;
  private static final long BASE = 0x100000000000L;
  private static final long VECTOR = 0x200000000000L;
  private static final int PRIVATE = MapFlags.PRIVATE | MapFlags.FIXED;
  private static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;
  private static final int NEW = MapFlags.ANONYMOUS | MapFlags.HUGETLB;

  private Machine machine;
  private HugePagePool pool;
  private AddressSpace space;
  private Syscalls calls;

  @BeforeEach
  void poolOfFour() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    pool = ((KernelFiles) machine.backing()).hugePages();
    pool.setTotal(HUGE, 4);
    ProgramLayout layout = ProgramLayout.standard(KernelConfig.standard().taskSize());
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    calls = space.syscalls();
  }

  @AfterEach
  void allIsFree() {
    space.verify();
    space.exit();
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 4, 0, 0));
  }

  private long map(int page, int count, int flags) {
    return calls.mmap(BASE + page * HUGE, count * HUGE, 3, flags | NEW, null, 0);
  }

  @Test
  void whatWasReplacedIsNotFreeForPopulating() {
    map(0, 3, SHARED);
    map(0, 3, SHARED | MapFlags.NORESERVE | MapFlags.POPULATE);
    // The file of the old mapping still had its three pages reserved while the new one was filled.
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 3, 0, 0));
  }

  @Test
  void aParentsPagesGoBeforeItsChilds() throws ErrnoException {
    pool.overcommit(HUGE, 1);
    OpenFile file = new HugetlbFile(pool, HUGE).unnamed("/x", 4 * HUGE);
    calls.mmap(BASE, 4 * HUGE, 3, PRIVATE | MapFlags.POPULATE, file, 0);
    AddressSpace child = space.fork(space.task().copy());
    try (Cpu cpu = child.cpu()) {
      cpu.storeByte(BASE, (byte) 1);
    }
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(5, 0, 0, 1));
    // While the child's page is surplus nothing is reserved again for the parent.
    file.inode().truncate(0);
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 4, 0, 0));
    child.exit();
    file.put();
  }

  @Test
  void noMoreIsReservedThanIsFree() throws ErrnoException {
    map(0, 2, PRIVATE | MapFlags.POPULATE);
    AddressSpace child = space.fork(space.task().copy());
    calls.munmap(BASE + HUGE, HUGE);
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 2, -1, 0));
    assertThat(map(1, 3, PRIVATE)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 2, -1, 0));
    assertThat(map(1, 2, PRIVATE)).isEqualTo(BASE + HUGE);
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 2, 1, 0));
    child.exit();
  }

  @Test
  void aCopyThatFailsGivesTheAreaNoIdentity() throws ErrnoException {
    OpenFile file = new HugetlbFile(pool, HUGE).unnamed("/x", 4 * HUGE);
    calls.mmap(BASE, 4 * HUGE, 3, SHARED | MapFlags.POPULATE, file, 0);
    calls.mmap(BASE, HUGE, 3, PRIVATE | MapFlags.NORESERVE, file, 0);
    try (Cpu cpu = space.cpu()) {
      assertThatThrownBy(() -> cpu.storeByte(BASE, (byte) 1)).isInstanceOf(MemoryFault.class);
    }
    assertThat(space.pageTables().entryLevel(BASE)).as("the file's page").isOne();
    AddressSpace child = space.fork(space.task().copy());
    assertThat(child.pageTables() == null ? -1 : child.pageTables().entryLevel(BASE))
        .as("not copied")
        .isEqualTo(-1);
    child.exit();
    calls.munmap(BASE, 4 * HUGE);
    file.put();
  }

  @Test
  void mincoreAsksTheFileOnlyWhereThereIsNoTable() throws ErrnoException {
    map(0, 2, SHARED);
    touch(space, BASE);
    AddressSpace child = space.fork(space.task().copy());
    assertThat(resident(child)).isEqualTo((byte) 1);
    touch(child, BASE + HUGE); // makes the table
    assertThat(resident(child)).isZero();
    touch(child, BASE);
    assertThat(resident(child)).isEqualTo((byte) 1);
    child.exit();
  }

  private static void touch(AddressSpace space, long address) {
    try (Cpu cpu = space.cpu()) {
      cpu.loadByte(address);
    }
  }

  private static byte resident(AddressSpace space) {
    int flags = PRIVATE | MapFlags.ANONYMOUS;
    space.syscalls().mmap(VECTOR, 4096, 3, flags, null, 0);
    assertThat(space.syscalls().mincore(BASE + 4096, 4096, VECTOR)).isZero();
    try (Cpu cpu = space.cpu()) {
      return cpu.loadByte(VECTOR);
    }
  }

  @Test
  void mremapLooksAtANewAddressThatMeansNothing() {
    map(0, 1, PRIVATE);
    assertThat(calls.mremap(BASE, 4096, 8192, 0, 0)).isEqualTo(BASE);
    assertThat(calls.mremap(BASE, 4096, 8192, 0, 4096)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void aHoleInAWriteSealedFileIsRefused() {
    OpenFile file = new HugetlbFile(pool, HUGE).unnamed("/x", HUGE);
    file.inode().seals(0x8);
    calls.mmap(BASE, HUGE, 1, SHARED, file, 0);
    assertThat(calls.madvise(BASE, HUGE, 9)).isEqualTo(Errno.EACCES.negated());
    HugetlbFile kind = new HugetlbFile(pool, HUGE);
    assertThat(kind.punchHole(file)).isEqualTo(Errno.EPERM);
    calls.munmap(BASE, HUGE);
    file.put();
  }
}
