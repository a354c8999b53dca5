// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes that map, touch and unmap one file at the same time, with hook and fault racing for its
 * pages (I16), while holes are punched: in the end every page and reservation is accounted for.
 */
class HugetlbfsThreadsTest {
  private static final int PAGES = 4;
  private static final int STEPS = 1_500;

  /** Programs that have not ended. */
  private final AtomicInteger running = new AtomicInteger(2);

  private Machine machine;
  private OpenFile file;

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "own"})
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everythingIsAccountedFor(String variant) throws Exception {
    machine = new Machine(KernelConfig.standard(), Profile.SETTLED);
    List<String> warnings = new ArrayList<>();
    machine.kernel().warnings(warning -> warnings.add(warning.text()));
    machine.kernel().failures(HugetlbfsThreadsTest::slowHook);
    Map<String, String> limits = Map.of("pool", "6", "max", "7", "min", "2", "group", "9");
    String place = HugetlbfsKind.INSTANCE.usualPath();
    MountedUsers users =
        MountPlan.EMPTY
            .with(place, new MountPlan.Entry(HugetlbfsKind.INSTANCE, variant, limits))
            .mount(machine);
    file = machine.open(place + "/file", OpenFile.O_RDWR | FileTree.O_CREAT);
    file.inode().size(PAGES * HugePages.BYTES);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> done = new ArrayList<>();
      done.add(threads.submit(() -> program(1)));
      done.add(threads.submit(() -> program(2)));
      Future<Integer> holes = threads.submit(this::punch);
      for (Future<Integer> each : done) {
        assertThat(each.get()).as("what a program got done").isGreaterThan(STEPS / 20);
      }
      assertThat(holes.get()).as("holes punched meanwhile").isPositive();
    }
    users.verify();
    machine.verify();
    assertThat(warnings).isEmpty();
    file.put();
    users.at(place).unlink(place + "/file");
    users.verify();
    assertThat(machine.hugePages().counts(HugePages.BYTES).reserved()).isEqualTo(2);
    users.close();
    assertThat(machine.kernel().memory().allocatedPages()).isZero();
  }

  /** Nothing fails; but hooks take their time, so that faults come in between. */
  private static boolean slowHook(FailurePlan.Point point) {
    if (point == FailurePlan.Point.HOOK || point == FailurePlan.Point.MAPPED) {
      LockSupport.parkNanos(20_000);
    }
    return false;
  }

  /** A process of its own; how many calls and accesses succeeded. */
  private int program(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AddressSpace space =
        machine.newAddressSpace(
            ProgramLayout.standard(KernelConfig.standard().taskSize()),
            new Task(new ResourceLimits(), -1L));
    int done = 0;
    try (Cpu cpu = space.cpu()) {
      for (int step = 0; step < STEPS; step++) {
        int page = random.nextInt(PAGES);
        int count = 1 + random.nextInt(PAGES - page);
        long at = UserLab.BASE + page * HugePages.BYTES;
        done +=
            switch (random.nextInt(6)) {
              case 0, 1 -> map(space, at, count, UserLab.SHARED, page);
              case 2 -> map(space, at, count, UserLab.PRIVATE, page);
              case 3 -> space.syscalls().munmap(at, count * HugePages.BYTES) == 0 ? 1 : 0;
              default -> touch(cpu, at);
            };
      }
    } finally {
      space.exit();
      running.decrementAndGet();
    }
    return done;
  }

  private int map(AddressSpace space, long at, long count, int flags, long page) {
    long bytes = count * HugePages.BYTES;
    int prot = Prot.READ | Prot.WRITE;
    long result = space.syscalls().mmap(at, bytes, prot, flags, file, page * HugePages.BYTES);
    assertThat(result).isIn(at, Errno.ENOMEM.negated());
    return result == at ? 1 : 0;
  }

  private static int touch(Cpu cpu, long at) {
    try {
      cpu.storeByte(at, (byte) 1);
      return 1;
    } catch (MemoryFault nothingThere) {
      return 0;
    }
  }

  private int punch() {
    Inode inode = file.inode();
    int step = 0;
    while (running.get() > 0) {
      long first = Pages.count(step % PAGES * HugePages.BYTES);
      inode.punchHole(first, first + HugePages.SMALL);
      LockSupport.parkNanos(50_000);
      step++;
    }
    return step;
  }
}
