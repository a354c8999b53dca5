// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import org.junit.jupiter.api.Test;

/**
 * A file is cut, or gets a hole, while its mappings are faulted in, moved, split, joined, forked.
 */
class FileMemoryModelTest {
  /** Three pages of a file, shared. */
  public static final class Shared extends MemoryModel {
    public Shared() {
      super(World.ofFile(World.SHARED));
    }
  }

  /** Three pages of a file, private. */
  public static final class Private extends MemoryModel {
    public Private() {
      super(World.ofFile(World.PRIVATE));
    }
  }

  private static ModelCheck scenario(Class<? extends MemoryModel> model) {
    return new ModelCheck(model)
        .atomic("dev.vmarea.memory.", "dev.vmarea.space.TreeNode", "dev.vmarea.space.TreeLookup")
        .behind(call("state"), call("end"));
  }

  @Test
  void faultAgainstTruncate() {
    scenario(Shared.class)
        .thread(call("store", 0, 1, 7L), call("store", 0, 1, 8L), call("leave", 0))
        .thread(call("truncate", 1))
        .run(100);
  }

  @Test
  void copyAgainstTruncate() {
    scenario(Private.class)
        .thread(call("load", 0, 1), call("store", 0, 1, 8L), call("leave", 0))
        .thread(call("truncate", 1))
        .run(100);
  }

  @Test
  void faultAgainstHole() {
    scenario(Shared.class)
        .thread(call("store", 0, 1, 7L), call("load", 0, 1), call("leave", 0))
        .thread(call("punch", 1, 2))
        .run(100);
  }

  @Test
  void moveAgainstTruncate() {
    scenario(Shared.class).thread(call("move", 0, 3)).thread(call("truncate", 1)).run(100);
  }

  @Test
  void splitAgainstTruncate() {
    scenario(Shared.class).thread(call("munmap", 1, 1)).thread(call("truncate", 1)).run(100);
  }

  @Test
  void joinAgainstTruncate() {
    scenario(Shared.class)
        .before(call("protect", 1, 2, World.READ))
        .thread(call("protect", 1, 2, World.READ_WRITE))
        .thread(call("truncate", 1))
        .run(100);
  }

  @Test
  void forkAgainstTruncate() {
    scenario(Private.class).thread(call("fork")).thread(call("truncate", 1)).run(100);
  }

  @Test
  void twoFaultsOnOnePage() {
    scenario(Shared.class)
        .thread(call("store", 0, 1, 7L), call("leave", 0))
        .thread(call("load", 1, 1), call("store", 1, 1, 8L), call("leave", 1))
        .run(100);
  }

  @Test
  void twoFaultsThatNeedOneTable() {
    scenario(Shared.class)
        .before(call("mapFile", 10, 2))
        .thread(call("store", 0, 10, 7L), call("leave", 0))
        .thread(call("store", 1, 11, 8L), call("leave", 1))
        .run(180);
  }
}
