// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * I14: unlink beside two mappings, the second of which merges into the first, in every order of
 * their steps. Which callbacks the first one gets is open; it has to keep them.
 */
class ShmemRaceTest {
  private static final String PATH = ShmemKind.INSTANCE.usualPath();
  private static final String FILE = PATH + "/a";

  /** The places before and behind the hook, whichever of the two it is. */
  private static final Set<String> POINTS =
      Set.of(
          FailurePlan.Point.HOOK.name(),
          FailurePlan.Point.VMA.name(),
          FailurePlan.Point.TREE_NODE.name());

  @ParameterizedTest
  @CsvSource({"legacy,SETTLED,false", "v3,SETTLED,false", "v3,V3_AS_POSTED,true"})
  void callbacksStayAsTheyWereChosen(String variant, String profile, boolean expected) {
    TreeSet<String> chosen = new TreeSet<>();
    boolean[] changed = {false};
    int orders =
        Interleaving.each(
            POINTS,
            order -> {
              UserLab lab = lab(variant, Profile.named(profile));
              OpenFile file = file(lab);
              String[] first = {""};
              lab.machine()
                  .kernel()
                  .failures(point -> {
                    order.step(point.name());
                    return false;
                  });
              order
                  .with(
                      "A",
                      () -> {
                        lab.mmap(file, 0, 2, UserLab.RW, UserLab.SHARED, 0);
                        first[0] = callbacks(lab);
                        lab.mmap(file, 2, 2, UserLab.RW, UserLab.SHARED, 2);
                      })
                  .with("B", () -> unlink(lab))
                  .run();
              chosen.add(first[0]);
              changed[0] |= !first[0].equals(callbacks(lab));
              assertThat(lab.close()).as(order.toString()).isEmpty();
            });

    assertThat(orders).isGreaterThan(4);
    assertThat(chosen).containsExactly("ANONYMOUS", "NAMED");
    assertThat(changed[0]).isEqualTo(expected);
  }

  /** Of the one VMA that there is. */
  private static String callbacks(UserLab lab) {
    Vma vma = lab.vma(0);
    return vma == null ? "none" : String.valueOf(vma.ops());
  }

  /** Not by the lab, which would look at memory that is locked. */
  private static void unlink(UserLab lab) {
    try {
      lab.user(FILE).unlink(FILE);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static UserLab lab(String variant, Profile profile) {
    try {
      return new UserLab(
          profile,
          MountPlan.EMPTY.with(PATH, new MountPlan.Entry(ShmemKind.INSTANCE, variant, Map.of())));
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static OpenFile file(UserLab lab) {
    try {
      OpenFile file = lab.open(FILE, OpenFile.O_RDWR | FileTree.O_CREAT);
      file.inode().truncate(4 << 12);
      return file;
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }
}
