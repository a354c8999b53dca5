// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.region.Failing;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** I9: mmap against a driver that revokes the page, in every order of their steps. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemRaceTest {
  private static final String DEVICE = MemKind.INSTANCE.usualPath();
  private static final long PFN = 0xc0000;
  private static final Set<Thread.State> STOPPED =
      Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED);

  @ParameterizedTest
  @CsvSource({
    "legacy,SETTLED,true",
    "v3,V3_AS_POSTED,true",
    "hidden,LINUX_6_19,true",
    "hidden,SETTLED,true",
    "own,SETTLED,false"
  })
  void revokedPageIsMapped(String variant, String profile, boolean expected) {
    long[] stale = {0};
    int orders =
        Interleaving.each(
            Set.of(MemFile.CHECKED, MemDevice.CLAIMED),
            order -> {
              UserLab lab = lab(variant, Profile.named(profile));
              MemDevice device = (MemDevice) lab.user(DEVICE);
              OpenFile file = open(lab);
              device.observe(order);
              order
                  .with("A", () -> lab.mmap(file, 0, 1, UserLab.R, UserLab.SHARED, PFN))
                  .with("B", () -> device.revoke(new PfnRange(PFN, PFN + 1)))
                  .run();
              stale[0] += Entries.mapped(lab, 0, 1);
              assertThat(lab.close()).as(order.toString()).isEmpty();
            });

    assertThat(orders).isGreaterThan(4);
    assertThat(stale[0] > 0).isEqualTo(expected);
  }

  /**
   * What hiding is good for: who looks for the mapping once it is linked waits for its pages, and
   * takes them. As posted he waits, too, but only here, where taking pages needs the lock of the
   * address space; of Linux' locks none keeps him.
   */
  @ParameterizedTest
  @CsvSource({"v3,false", "hidden,true"})
  void revocationWaitsForHiddenMapping(String variant, boolean locked) throws Exception {
    UserLab lab = lab(variant, Profile.LINUX_6_19);
    MemDevice device = (MemDevice) lab.user(DEVICE);
    OpenFile file = open(lab);
    ReentrantLock map = file.inode().reverseMap().lock();
    AtomicBoolean claimed = new AtomicBoolean();
    device.observe(step -> claimed.compareAndSet(false, step.equals(MemDevice.CLAIMED)));
    Thread revocation = new Thread(() -> device.revoke(new PfnRange(PFN, PFN + 1)), "revocation");
    AtomicBoolean waits = new AtomicBoolean();
    String mapped =
        lab.failing(
            Failing.meanwhile(
                FailurePlan.Point.PFN_RESERVE,
                () -> {
                  revocation.start();
                  awaitStop(claimed, revocation);
                  waits.set(map.hasQueuedThread(revocation));
                }),
            () -> lab.mmap(file, 0, 1, UserLab.R, UserLab.SHARED, PFN));
    revocation.join();

    assertThat(mapped).isEqualTo("ok");
    assertThat(waits.get()).isEqualTo(locked);
    assertThat(Entries.mapped(lab, 0, 1)).isZero();
    assertThat(lab.close()).isEmpty();
  }

  /** Until the revocation has claimed, and waits for somebody. */
  private static void awaitStop(AtomicBoolean claimed, Thread revocation) {
    while (!claimed.get() || !STOPPED.contains(revocation.getState())) {
      Thread.onSpinWait();
    }
  }

  private static UserLab lab(String variant, Profile profile) {
    try {
      return new UserLab(
          profile,
          MountPlan.EMPTY.with(DEVICE, new MountPlan.Entry(MemKind.INSTANCE, variant, Map.of())));
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static OpenFile open(UserLab lab) {
    try {
      return lab.open(DEVICE);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }
}
