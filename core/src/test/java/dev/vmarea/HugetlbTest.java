// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anonymous huge pages with a pool of four (mm-semantics 10.4 and 5.4). */
class HugetlbTest {
  private static final long HUGE = 2L << 20;
  private static final long BASE = 0x100000000000L;
  private static final int ANONYMOUS = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.HUGETLB;
  private static final int FIXED = ANONYMOUS | MapFlags.FIXED;

  private Machine machine;
  private AddressSpace space;
  private Syscalls calls;

  @BeforeEach
  void poolOfFour() {
    machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    ((KernelFiles) machine.backing()).hugePages().setTotal(HUGE, 4);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    layout.legacyBase = 0x2aaaaaaab000L;
    space = machine.newAddressSpace(layout, Task.unprivileged());
    calls = space.syscalls();
  }

  private long map(long address, long length, int prot, int flags) {
    return calls.mmap(address, length, prot, flags, null, 0);
  }

  private static long error(Errno errno) {
    return errno.negated();
  }

  private Vma only() {
    assertThat(space.mapCount()).isEqualTo(1);
    return space.vmas().iterator().next();
  }

  @Test
  void reservesAtMapping() {
    assertThat(map(BASE, 5 * HUGE, 3, FIXED)).isEqualTo(error(Errno.ENOMEM));
    assertThat(map(BASE, 5 * HUGE, 0, FIXED)).isEqualTo(error(Errno.ENOMEM));
    assertThat(map(BASE, 4 * HUGE, 3, FIXED)).isEqualTo(BASE);
    assertThat(map(BASE + 8 * HUGE, HUGE, 3, FIXED)).isEqualTo(error(Errno.ENOMEM));
    assertThat(calls.munmap(BASE + HUGE, HUGE)).isZero();
    assertThat(map(BASE + 8 * HUGE, HUGE, 3, FIXED)).isEqualTo(BASE + 8 * HUGE);
    space.verify();
  }

  @Test
  void needsNoReservationWithNoreserve() {
    assertThat(map(BASE, 5 * HUGE, 3, FIXED | MapFlags.NORESERVE)).isEqualTo(BASE);
    assertThat(VmFlags.mnemonics(only().flags())).isEqualTo("rd wr mr mw me de nr ht ");
  }

  @Test
  void flagsAndCharge() {
    assertThat(map(BASE, HUGE, 3, FIXED)).isEqualTo(BASE);
    assertThat(VmFlags.mnemonics(only().flags())).isEqualTo("rd wr mr mw me de ht ");
    assertThat(machine.kernel().commit().committed()).isZero();
  }

  /** The gap has just the pages that an aligned place needs in the worst case (seen on 6.18). */
  @Test
  void aGapIsEnoughThatHasRoomForAnyBeginningOnAPage() {
    long below = 0x7ffff7a00000L;
    assertThat(map(below, HUGE, 3, FIXED)).isEqualTo(below);
    assertThat(map(0, HUGE, 3, ANONYMOUS)).isEqualTo(below + HUGE);
  }

  @Test
  void adjacentOnesDoNotMerge() {
    map(BASE, HUGE, 3, FIXED);
    map(BASE + HUGE, HUGE, 3, FIXED);
    assertThat(space.mapCount()).isEqualTo(2);
  }

  @Test
  void isCutAtHugePagesOnly() {
    map(BASE, 2 * HUGE, 3, FIXED);
    assertThat(calls.munmap(BASE, 4096)).isEqualTo(error(Errno.EINVAL));
    assertThat(calls.mprotect(BASE, 4096, 1)).isEqualTo(error(Errno.EINVAL));
    assertThat(calls.mprotect(BASE, HUGE, 1)).isZero();
    assertThat(space.mapCount()).isEqualTo(2);
  }

  @Test
  void movesButNeverGrows() {
    map(BASE, HUGE, 3, FIXED);
    int move = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    assertThat(calls.mremap(BASE, HUGE, 2 * HUGE, MremapFlags.MAYMOVE, 0))
        .isEqualTo(error(Errno.EINVAL));
    assertThat(calls.mremap(BASE, HUGE, HUGE, move, BASE + 8 * HUGE + 4096))
        .isEqualTo(error(Errno.EINVAL));
    assertThat(calls.mremap(BASE, HUGE, HUGE, move | MremapFlags.DONTUNMAP, BASE + 8 * HUGE))
        .isEqualTo(error(Errno.EINVAL));
    assertThat(calls.mremap(BASE, HUGE, HUGE, move, BASE + 8 * HUGE)).isEqualTo(BASE + 8 * HUGE);
    assertThat(map(BASE, 4 * HUGE, 3, FIXED))
        .as("the moved page keeps its reservation")
        .isEqualTo(error(Errno.ENOMEM));
    assertThat(map(BASE, 3 * HUGE, 3, FIXED)).isEqualTo(BASE);
    space.verify();
  }

  @Test
  void addressIsAligned() {
    long address = map(0, HUGE, 3, ANONYMOUS);
    assertThat(address % HUGE).isZero();
    assertThat(map(BASE + 4096, HUGE, 3, ANONYMOUS))
        .as("hints are rounded up")
        .isEqualTo(BASE + HUGE);
    assertThat(map(BASE + 4096, HUGE, 3, FIXED)).isEqualTo(error(Errno.EINVAL));
    assertThat(map(BASE, HUGE, 3, FIXED | 22 << MapFlags.HUGE_SHIFT))
        .as("unknown size")
        .isEqualTo(error(Errno.EINVAL));
  }

  @Test
  void advice() {
    map(BASE, 2 * HUGE, 3, FIXED);
    for (int refused : new int[] {8, 18, 20, 21, 102, 103}) {
      assertThat(calls.madvise(BASE, 2 * HUGE, refused))
          .as("advice " + refused)
          .isEqualTo(error(Errno.EINVAL));
    }
    assertThat(calls.madvise(BASE, 2 * HUGE, 9)).isEqualTo(error(Errno.EACCES));
    for (int allowed : new int[] {0, 4, 10, 11, 12, 14, 16, 17, 24}) {
      assertThat(calls.madvise(BASE, 2 * HUGE, allowed)).as("advice " + allowed).isZero();
    }
    assertThat(calls.madvise(BASE + 4096, 4096, 4)).isEqualTo(error(Errno.EINVAL));
    assertThat(calls.madvise(BASE, 4096, 4)).isZero();
    assertThat(only().has(VmFlags.MERGEABLE)).isFalse();
    assertThat(calls.mlock(BASE, HUGE)).isZero();
    assertThat(only().has(VmFlags.LOCKED)).isFalse();
  }
}
