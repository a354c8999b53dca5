// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The counters that reservations of huge pages go through. */
class ReservationsTest {
  private static final long HUGE = 2L << 20;

  private final List<KernelWarning.Kind> warnings = new ArrayList<>();
  private final HugePagePool pool =
      new HugePagePool(
          PhysicalMemory.standard(KernelConfig.standard().totalRamPages()),
          FailurePlan.NONE,
          (kind, text) -> warnings.add(kind));

  @Test
  void maximumOfAShare() {
    Subpool share = new Subpool(3, Subpool.NONE);

    assertThat(share.get(2)).isEqualTo(2);
    assertThat(share.get(2)).isEqualTo(-1);
    assertThat(share.used()).isEqualTo(2);
    assertThat(share.put(1)).isEqualTo(1);
    assertThat(share.get(2)).isEqualTo(2);
    share.verify();
  }

  @Test
  void minimumOfAShareIsUsedFirstAndFilledFirst() {
    Subpool share = new Subpool(Subpool.NONE, 3);

    assertThat(share.get(2)).isZero();
    assertThat(share.get(2)).as("one is left of the minimum").isEqualTo(1);
    assertThat(share.reserved()).isZero();
    assertThat(share.put(2)).as("fills the minimum, though others use more").isZero();
    assertThat(share.put(2)).isEqualTo(1);
    assertThat(share.isUnused()).isTrue();
    share.verify();
  }

  @Test
  void aShareThatCountsFillsItsMinimumOnlyWhenLessIsUsed() {
    Subpool share = new Subpool(8, 3);
    share.get(3);
    share.get(2);

    assertThat(share.put(2)).as("three are still used").isEqualTo(2);
    assertThat(share.reserved()).isZero();
    assertThat(share.put(1)).isZero();
    assertThat(share.reserved()).isEqualTo(1);
  }

  @Test
  void whatWasTakenInVainFillsTheMinimumWithNoMoreThanCameFromIt() {
    Subpool share = new Subpool(Subpool.NONE, 3);
    share.get(3);
    long fromPool = share.get(2);

    assertThat(share.undo(2, fromPool)).isZero();
    assertThat(share.reserved()).as("put would have made it 2").isZero();
  }

  @Test
  void countersOutOfBoundsAreTold() {
    Subpool share = new Subpool(2, Subpool.NONE);
    share.put(1);
    HugetlbControlGroup group = new HugetlbControlGroup(2);
    group.uncharge(1);

    assertThatThrownBy(share::verify).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(group::verify).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void limitOfAGroup() {
    HugetlbControlGroup group = new HugetlbControlGroup(2);

    assertThat(group.charge(3)).isFalse();
    assertThat(group.charge(2)).isTrue();
    assertThat(group.charge(1)).isFalse();
    assertThat(group.charged()).isEqualTo(2);
    group.uncharge(2);
    group.verify();
  }

  @Test
  void aChangeAddsLessIfOthersWereFaster() {
    SharedReservation map = new SharedReservation();
    map.add(map.begin(0, 1), true);
    SharedReservation.Change slow = map.begin(0, 4);
    map.add(map.begin(2, 3), false);

    assertThat(slow.missing()).isEqualTo(3);
    assertThat(map.inProgress()).isEqualTo(1);
    assertThat(map.add(slow, true)).isEqualTo(2);
    assertThat(map.inProgress()).isZero();
    assertThat(map.charged()).isEqualTo(3);
    assertThat(map.remove(2)).isEqualTo(new SharedReservation.Removed(1, 0));
    assertThat(map.removeFrom(1)).isEqualTo(new SharedReservation.Removed(2, 2));
    assertThat(map.size()).isEqualTo(1);
  }

  @Test
  void aChangeThatIsGivenUpAddsNothing() {
    SharedReservation map = new SharedReservation();
    map.abort(map.begin(0, 4));

    assertThat(map.size()).isZero();
    assertThat(map.inProgress()).isZero();
  }

  @Test
  void aLockThatNobodyHoldsIsNotReleased() {
    HugetlbLock lock = new HugetlbLock(pool);

    assertThat(lock.tryLock()).isTrue();
    assertThat(lock.tryLock()).isFalse();
    lock.unlock();
    assertThat(warnings).isEmpty();
    lock.unlock();
    assertThat(warnings).containsExactly(KernelWarning.Kind.UNBALANCED_UNLOCK);
  }

  @Test
  void aMountTakesItsMinimumAtOnce() throws ErrnoException {
    pool.setTotal(HUGE, 3);
    HugetlbControlGroup group = new HugetlbControlGroup(HugetlbControlGroup.UNLIMITED);
    HugetlbMount mount = HugetlbMount.mount(pool, HUGE, Subpool.NONE, 2, group);

    assertThat(pool.counts(HUGE).reserved()).isEqualTo(2);
    assertThatThrownBy(() -> HugetlbMount.mount(pool, HUGE, Subpool.NONE, 2, group))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
    assertThat(mount.reserve(4)).isNull();
    assertThat(mount.subpool().reserved()).as("given back").isEqualTo(2);
    assertThat(mount.reserve(1)).isEqualTo(new HugetlbMount.Grant(1, 0));
    assertThatThrownBy(mount::unmount)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
    mount.release(1);
    pool.verifyPages();
    mount.group().uncharge(1);
    pool.verify();
    mount.unmount();
    assertThat(pool.counts(HUGE).reserved()).isZero();
  }

  @Test
  void theAuditFindsWhatNobodyHas() {
    pool.setTotal(HUGE, 3);
    HugetlbMount mount = pool.internalMount(HUGE);
    mount.reserve(1);

    assertThatThrownBy(pool::verify)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("pages charged: counted 1, found 0");
    mount.group().uncharge(1);
    assertThatThrownBy(pool::verify)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("pages reserved in the pool: counted 1, found 0");
  }
}
