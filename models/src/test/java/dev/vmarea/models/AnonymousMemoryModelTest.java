// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import org.junit.jupiter.api.Test;

/** Faults on anonymous memory beside calls on it, and beside each other. */
class AnonymousMemoryModelTest {
  /** Three pages, of which the last one is there. */
  public static final class Model extends MemoryModel {
    public Model() {
      super(World.anonymous());
    }
  }

  private static ModelCheck scenario() {
    return new ModelCheck(Model.class)
        .atomic("dev.vmarea.memory.", "dev.vmarea.space.TreeNode", "dev.vmarea.space.TreeLookup")
        .behind(call("state"), call("end"));
  }

  @Test
  void faultAgainstUnmap() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("store", 0, 0, 8L), call("leave", 0))
        .thread(call("munmap", 0, 1))
        .run(100);
  }

  @Test
  void faultAgainstMappingOver() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("store", 0, 0, 8L), call("leave", 0))
        .thread(call("mapOver", 0, 3))
        .run(100);
  }

  @Test
  void storeAgainstProtect() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("store", 0, 0, 8L), call("leave", 0))
        .thread(
            call("protect", 0, 3, World.READ),
            call("load", 1, 0),
            call("load", 1, 0),
            call("leave", 1))
        .run(100);
  }

  @Test
  void faultAgainstDiscard() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("load", 0, 0), call("leave", 0))
        .thread(call("discard", 0, 3))
        .run(100);
  }

  @Test
  void faultAgainstFork() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("store", 0, 2, 8L), call("leave", 0))
        .thread(call("fork"), call("load", 2, 0), call("leave", 2))
        .run(100);
  }

  /** The page is one that a writer need not copy, unless fork is quicker. */
  @Test
  void keptPageAgainstFork() {
    scenario()
        .before(
            call("store", 0, 0, 1L),
            call("protect", 0, 1, World.READ),
            call("protect", 0, 1, World.READ_WRITE))
        .thread(call("store", 0, 0, 7L), call("leave", 0))
        .thread(call("fork"), call("load", 2, 0), call("leave", 2))
        .run(180);
  }

  @Test
  void twoFirstFaultsOnOnePage() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("leave", 0))
        .thread(call("load", 1, 0), call("store", 1, 0, 8L), call("leave", 1))
        .run(100);
  }

  @Test
  void twoCopiesOfOnePage() {
    scenario()
        .before(call("store", 0, 0, 1L), call("leave", 0), call("fork"))
        .thread(call("store", 0, 0, 7L), call("load", 0, 0), call("leave", 0))
        .thread(call("load", 1, 0), call("store", 1, 0, 8L), call("load", 1, 0), call("leave", 1))
        .run(100);
  }

  @Test
  void copiesOfParentAndChild() {
    scenario()
        .before(call("store", 0, 0, 1L), call("leave", 0), call("fork"))
        .thread(call("store", 0, 0, 7L), call("leave", 0))
        .thread(call("store", 2, 0, 8L), call("load", 2, 0), call("leave", 2))
        .run(100);
  }

  @Test
  void accessAgainstMove() {
    scenario()
        .thread(call("store", 0, 0, 7L), call("load", 0, 10), call("leave", 0))
        .thread(call("move", 0, 3))
        .run(100);
  }

  @Test
  void threadsThatTakeRightsFromEachOther() {
    scenario()
        .thread(
            call("store", 0, 0, 7L),
            call("munmap", 1, 1),
            call("store", 0, 0, 8L),
            call("leave", 0))
        .thread(
            call("store", 1, 1, 9L),
            call("munmap", 0, 1),
            call("store", 1, 1, 6L),
            call("leave", 1))
        .run(100);
  }
}
