// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The old hook and the port as it should be under the same random calls, on a mount that is too
 * small in every way: each call has the same result, and after it the same is held. All sums are
 * checked after each step, too.
 */
class RandomHugetlbfsTest {
  private static final int PAGES = 10;
  private static final int FILE_PAGES = 4;

  /** One of the two. */
  private static final class Side {
    private final UserLab lab;
    private final HugePages it;
    private final OpenFile file;
    private final List<AddressSpace> children = new ArrayList<>();

    Side(String variant, Map<String, String> limits) throws ErrnoException {
      MountPlan.Entry entry = new MountPlan.Entry(HugetlbfsKind.INSTANCE, variant, limits);
      lab =
          new UserLab(
              Profile.SETTLED, MountPlan.EMPTY.with(HugetlbfsKind.INSTANCE.usualPath(), entry));
      it = new HugePages(lab);
      file = it.unnamed();
    }

    String step(SplittableRandom random) throws ErrnoException {
      int page = random.nextInt(PAGES);
      int count = 1 + random.nextInt(Math.min(3, PAGES - page));
      int what = random.nextInt(16);
      return switch (what) {
        case 0, 1 -> "shared " + map(random, page, count, UserLab.SHARED);
        case 2, 3 -> "private " + map(random, page, count, UserLab.PRIVATE);
        case 4 -> "unreserved " + map(random, page, count, UserLab.PRIVATE | MapFlags.NORESERVE);
        case 5, 6 -> "unmap " + it.unmap(page, count);
        case 7 -> "truncate " + truncate(random.nextInt(FILE_PAGES + 1));
        case 8 -> "punch " + punch(random.nextInt(FILE_PAGES));
        case 9 -> "fork or exit " + forkOrExit();
        case 10 -> "move " + move(page, random.nextInt(PAGES));
        default -> "store " + it.store(page);
      };
    }

    private String map(SplittableRandom random, int page, int count, int flags) {
      return it.map(file, page, count, flags, random.nextInt(FILE_PAGES - count + 1));
    }

    private String truncate(int pages) {
      file.inode().truncate(pages * HugePages.BYTES);
      return pages + " pages";
    }

    private String punch(int page) {
      long first = Pages.count(page * HugePages.BYTES);
      file.inode().punchHole(first, first + HugePages.SMALL);
      return "page " + page;
    }

    private String forkOrExit() throws ErrnoException {
      if (children.isEmpty()) {
        children.add(lab.fork());
      } else {
        lab.exit(children.removeFirst());
      }
      return children.size() + " children";
    }

    /** Whole VMAs only: Linux loses reservations of parts. */
    private String move(int page, int target) {
      Vma vma = it.lab.vma(page * HugePages.SMALL);
      if (vma == null) {
        return "nothing";
      }
      long first = Pages.count(vma.start() - UserLab.BASE) / HugePages.SMALL;
      long count = vma.pages() / HugePages.SMALL;
      long to = Math.min(target, PAGES - count);
      return Math.abs(to - first) < count
          ? "onto itself"
          : it.move(first, count, count, MremapFlags.MAYMOVE | MremapFlags.FIXED, to);
    }

    String state() {
      return it.held() + " " + it.file(file.inode()) + " free " + it.free();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void bothHooksHoldTheSame(long seed) throws ErrnoException {
    Map<String, String> limits =
        Map.of("pool", "6", "max", "7", "min", Long.toString(seed % 4), "group", "8");
    Side legacy = new Side("legacy", limits);
    Side own = new Side("own", limits);
    int refused = 0;
    int mapped = 0;
    for (int step = 0; step < 400; step++) {
      long next = seed * 1_000_003 + step;
      String one = legacy.step(new SplittableRandom(next)) + ": " + legacy.state();
      String two = own.step(new SplittableRandom(next)) + ": " + own.state();
      assertThat(two).as("seed %d, step %d", seed, step).isEqualTo(one);
      refused += one.contains("-ENOMEM") ? 1 : 0;
      mapped += one.startsWith("shared ok") || one.startsWith("private ok") ? 1 : 0;
    }
    assertThat(refused).as("calls without pages").isGreaterThan(10);
    assertThat(mapped).as("mappings").isGreaterThan(20);
    assertThat(legacy.lab.close()).isEmpty();
    assertThat(own.lab.close()).isEmpty();
  }
}
