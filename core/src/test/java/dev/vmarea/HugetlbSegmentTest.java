// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.mapping.SegmentOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Segments of huge pages, as Linux 6.18.44 has them. */
class HugetlbSegmentTest {
  private static final long HUGE = 2L << 20;
  private static final long BASE = 0x100000000000L;
  private static final int CREATE =
      SegmentOperation.IPC_CREAT | SegmentOperation.SHM_HUGETLB | 0600;

  private Machine machine;
  private HugePagePool pool;
  private AddressSpace space;
  private Syscalls calls;

  @BeforeEach
  void poolOfFour() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    pool = machine.hugePages();
    assertThat(pool.setTotal(HUGE, 4)).isEqualTo(4);
    space = machine.newAddressSpace();
    calls = space.syscalls();
  }

  @AfterEach
  void nothingIsLeft() {
    space.exit();
    machine.verify();
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 4, 0, 0));
  }

  private int segment(long bytes, int flags) {
    return (int) calls.shmget(SegmentOperation.IPC_PRIVATE, bytes, CREATE | flags);
  }

  @Test
  void itsPagesAreReservedWhenItIsMade() {
    int id = segment(HUGE + 1, 0);
    assertThat(pool.counts(HUGE).reserved()).as("whole pages").isEqualTo(2);
    assertThat(calls.shmat(id, BASE, 0)).isEqualTo(BASE);
    assertThat(pool.counts(HUGE).reserved()).isEqualTo(2);
    try (Cpu cpu = space.cpu()) {
      cpu.storeByte(BASE + HUGE + 5000, (byte) 7);
    }
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 3, 1, 0));
    assertThat(calls.munmap(BASE, 4096)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.shmdt(BASE)).isZero();
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 3, 1, 0));
    assertThat(calls.shmctlRemove(id)).isZero();
  }

  @Test
  void itIsAttachedAtBoundariesOfHugePages() {
    int id = segment(2 * HUGE, 0);
    int round = 020000;
    assertThat(calls.shmat(id, BASE + 4096, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.shmat(id, BASE + 4096, round)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.shmat(id, 0, 0) % HUGE).isZero();
    assertThat(calls.shmat(id, BASE, 0)).isEqualTo(BASE);
    assertThat(calls.munmap(BASE, HUGE)).isZero();
    assertThat(calls.shmdt(BASE)).as("finds what is left of it").isZero();
    assertThat(space.lookup(BASE + HUGE)).isNull();
    assertThat(calls.shmctlRemove(id)).isZero();
  }

  @Test
  void noReservationIsTakenAtItsWordInEveryModeOfOvercommit() {
    KernelConfig never = KernelConfig.standard().withOvercommit(2, 1 << 20);
    Machine strict = new Machine(never, Profile.LINUX_6_18);
    Syscalls others = strict.newAddressSpace().syscalls();
    int flags = CREATE | SegmentOperation.SHM_NORESERVE;
    assertThat(others.shmget(SegmentOperation.IPC_PRIVATE, HUGE, flags)).isNotNegative();
  }

  @Test
  void thereMustBeAsManyPages() {
    assertThat(segment(5 * HUGE, 0)).isEqualTo((int) Errno.ENOMEM.negated());
    assertThat(segment(HUGE, 30 << MapFlags.HUGE_SHIFT)).isEqualTo((int) Errno.ENOMEM.negated());
    assertThat(segment(HUGE, 40 << MapFlags.HUGE_SHIFT)).isEqualTo((int) Errno.EINVAL.negated());
    assertThat(pool.counts(HUGE).reserved()).isZero();
  }

  @Test
  void withoutAReservationAPageIsThereOrNot() {
    int id = segment(5 * HUGE, SegmentOperation.SHM_NORESERVE);
    assertThat(pool.counts(HUGE).reserved()).isZero();
    assertThat(calls.shmat(id, BASE, 0)).as("nor does shmat reserve").isEqualTo(BASE);
    try (Cpu cpu = space.cpu()) {
      for (int page = 0; page < 4; page++) {
        cpu.storeByte(BASE + page * HUGE, (byte) 1);
      }
      assertThatThrownBy(() -> cpu.storeByte(BASE + 4 * HUGE, (byte) 1))
          .isInstanceOfSatisfying(
              MemoryFault.class,
              fault -> assertThat(fault.reason()).isEqualTo(MemoryFault.Cause.BUS));
    }
    assertThat(calls.shmctlRemove(id)).isZero();
  }
}
