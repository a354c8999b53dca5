// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.files.OverlayFile;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Generated calls about huge pages, files' seals and holes, and segments that end. */
class HugeCallsTest {
  private static final long HUGE = 2L << 20;
  private static final long WINDOW = 0x100000000000L;
  private static final int SEED = 5;

  private final Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
  private final HugePagePool pool = ((KernelFiles) machine.backing()).hugePages();
  private final HugeTerrain window = new HugeTerrain(WINDOW, 8, HUGE, List.of(0));
  private OpenFile file = new HugetlbFile(pool, HUGE).unnamed("/memfd:h", 0);
  private ModelProcesses processes;

  /** A place with huge pages and a segment that may go. */
  private final class Place implements Terrain {
    @Override
    public Iterable<Vma> vmas() {
      return processes.space().vmas();
    }

    @Override
    public long base() {
      return 0x7fff00000000L;
    }

    @Override
    public int windowPages() {
      return 64;
    }

    @Override
    public long heap() {
      return 0x600000;
    }

    @Override
    public int files() {
      return 1;
    }

    @Override
    public int segments() {
      return 1;
    }

    @Override
    public int removableSegment() {
      return 1;
    }

    @Override
    public @Nullable HugeTerrain huge() {
      return window;
    }

    @Override
    public long tooMuch() {
      return 1L << 45;
    }
  }

  @BeforeEach
  void poolOfFour() {
    pool.setTotal(HUGE, 4);
    machine.segments().add(1, 0, 8192);
    file.put();
    file = new HugetlbFile(pool, HUGE).unnamed("/memfd:h", 3 * HUGE);
    AddressSpace space =
        machine.newAddressSpace(
            ProgramLayout.standard(KernelConfig.standard().taskSize()),
            new Task(new ResourceLimits(), -1));
    processes = new ModelProcesses(space, List.of(file), true, 1);
  }

  @AfterEach
  void end() {
    processes.end();
    file.put();
    assertThat(pool.counts(HUGE)).isEqualTo(new HugePagePool.Counts(4, 4, 0, 0));
  }

  /** Runs some sequences, each from the beginning; what calls returned, by verb. */
  private Map<Verb, List<Long>> results() {
    Map<Verb, List<Long>> results = new EnumMap<>(Verb.class);
    for (int seed = SEED; seed < SEED + 30; seed++) {
      end();
      poolOfFour();
      CallGenerator generator = new CallGenerator(seed, Vocabulary.KERNEL);
      for (int i = 0; i < 60; i++) {
        Call call = generator.next(new Place());
        if (call.verb() == Verb.FORK && processes.count() > 3) {
          continue;
        }
        results.computeIfAbsent(call.verb(), v -> new ArrayList<>()).add(processes.run(call));
      }
    }
    return results;
  }

  @Test
  void theyReachEveryKindOfOutcome() {
    Map<Verb, List<Long>> results = results();
    assertThat(results.get(Verb.MMAP))
        .contains(Errno.ENOMEM.negated())
        .anyMatch(result -> result >= WINDOW && result < window.end());
    assertThat(results.get(Verb.WRITE)).contains(Touch.DONE, Touch.NO_PAGE);
    assertThat(results.get(Verb.FTRUNCATE)).contains(0L, Errno.EINVAL.negated());
    assertThat(results.get(Verb.PUNCH_HOLE)).contains(0L, Errno.EINVAL.negated());
    assertThat(results.get(Verb.ADD_SEALS)).contains(0L, Errno.EBUSY.negated());
    assertThat(results.get(Verb.SHM_REMOVE)).contains(0L);
  }

  @Test
  void theSameSeedGivesTheSameCalls() {
    CallGenerator one = new CallGenerator(SEED, Vocabulary.KERNEL);
    CallGenerator other = new CallGenerator(SEED, Vocabulary.KERNEL);
    for (int i = 0; i < 200; i++) {
      assertThat(one.next(new Place())).isEqualTo(other.next(new Place()));
    }
  }

  @Test
  void filesRefuseWhatTheirKindDoes() {
    assertThat(processes.run(Call.of(Verb.PWRITE64, 0, 0, 10))).isEqualTo(Errno.EINVAL.negated());
    assertThat(processes.run(Call.of(Verb.PUNCH_HOLE, 0, 0, 0))).isEqualTo(Errno.EINVAL.negated());
    assertThat(processes.run(Call.of(Verb.PUNCH_HOLE, 1, 0, 4096)))
        .isEqualTo(Errno.EBADF.negated());
    assertThat(processes.run(Call.of(Verb.FTRUNCATE, 0, 4096))).isEqualTo(Errno.EINVAL.negated());
    assertThat(processes.run(Call.of(Verb.ADD_SEALS, 0, 2))).isZero();
    assertThat(processes.run(Call.of(Verb.FTRUNCATE, 0, HUGE))).isEqualTo(Errno.EPERM.negated());
    assertThat(processes.run(Call.of(Verb.FTRUNCATE, 0, 4 * HUGE))).isZero();
    assertThat(processes.isOpen(file.inode(), HugetlbFile.class)).isTrue();
    assertThat(processes.isOpen(file.inode(), OverlayFile.class)).isFalse();
  }

  @Test
  void aRemovedSegmentEndsWithItsLastAttachment() {
    Call remove = Call.of(Verb.SHM_REMOVE, 1);
    Call attach = Call.of(Verb.SHMAT, 1, WINDOW, 0);
    assertThat(processes.run(attach)).isEqualTo(WINDOW);
    assertThat(processes.run(remove)).isZero();
    assertThat(processes.run(Call.of(Verb.SHMAT, 1, WINDOW + HUGE, 0))).isEqualTo(WINDOW + HUGE);
    assertThat(processes.run(Call.of(Verb.MUNMAP, WINDOW, 8192))).isZero();
    assertThat(processes.run(remove)).isZero();
    assertThat(processes.run(Call.of(Verb.SHMDT, WINDOW + HUGE))).isZero();
    assertThat(processes.run(remove)).isEqualTo(Errno.EINVAL.negated());
    assertThat(processes.run(attach)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void theVectorOfMincoreIsReadFromTheRightPartOfAHugePage() {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED | MapFlags.HUGETLB;
    processes.run(Call.of(Verb.MMAP, WINDOW, HUGE, 3, flags, -1, 0));
    long vector = WINDOW + 7 * 4096 + 3;
    processes.run(Call.of(Verb.WRITE, vector), (byte) 9);
    assertThat(processes.stored(vector, 2)).containsExactly(9, 0);
  }
}
