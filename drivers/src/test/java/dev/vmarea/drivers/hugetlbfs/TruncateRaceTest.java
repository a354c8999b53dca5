// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.Cpu;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * I8: a file is cut while a fault is on its way to a page behind the new end, with and without the
 * VMA's lock. Linux may leave the page in the file until that is removed. Here it cannot: the file
 * looks at its size when it is asked for a page, and the truncation waits for the fault before it
 * drops pages. What is left to see is that all counts are right.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TruncateRaceTest {
  private static final EnumSet<Thread.State> STOPPED =
      EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED);

  @ParameterizedTest
  @CsvSource({"legacy,plain", "legacy,locked", "own,locked"})
  void nothingIsLeftBehindTheEnd(String variant, String has) throws Exception {
    String path = HugetlbfsKind.INSTANCE.usualPath();
    MountPlan.Entry entry = new MountPlan.Entry(HugetlbfsKind.INSTANCE, variant, Map.of());
    UserLab lab = new UserLab(Profile.SETTLED, MountPlan.EMPTY.with(path, entry));
    HugePages it = new HugePages(lab);
    OpenFile file = it.unnamed();
    Inode inode = file.inode();
    boolean lockless = has.equals("plain");
    String mapped =
        lockless
            ? it.failing(HugePages.Step.LOCK, true, () -> it.map(file, 0, 2, UserLab.SHARED, 0))
            : it.map(file, 0, 2, UserLab.SHARED, 0);
    assertThat(mapped + " " + it.has(0)).isEqualTo("ok " + has);

    Thread truncation = new Thread(() -> inode.truncate(HugePages.BYTES));
    boolean touched =
        lab.failing(
            point -> {
              if (point == FailurePlan.Point.PAGE_TABLE && inode.size() != HugePages.BYTES) {
                truncation.start();
                awaitCut(inode, truncation);
              }
              return false;
            },
            () -> touch(lab, HugePages.BYTES));
    truncation.join();
    lab.check();

    assertThat(touched).isFalse();
    assertThat(it.mount.pages(inode).size()).isZero();
    assertThat(it.file(inode)).isEqualTo("1 long, 1 reserved");
    assertThat(it.held()).isEqualTo("r1 u0 k0 c1 m0 l" + (lockless ? 0 : 1));
    assertThat(it.store(0) + " " + it.store(1)).isEqualTo("ok SIGBUS");
    assertThat(lab.close()).isEmpty();
  }

  /** Until the file is shorter, and its truncation ends or waits for the fault. */
  private static void awaitCut(Inode inode, Thread truncation) {
    while (inode.size() != HugePages.BYTES || !STOPPED.contains(truncation.getState())) {
      Thread.onSpinWait();
    }
  }

  /** Not by the lab, which would look at everything while it changes. */
  private static boolean touch(UserLab lab, long offset) {
    try (Cpu cpu = lab.space().cpu()) {
      cpu.storeByte(UserLab.BASE + offset, (byte) 1);
      return true;
    } catch (MemoryFault fault) {
      return false;
    }
  }
}
