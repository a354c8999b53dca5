// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import org.junit.jupiter.api.Test;

/** Lookups without a lock while the areas they look for are split, joined, moved, taken out. */
class TreeModelTest {
  /** Three pages of anonymous memory. */
  public static final class Model extends MemoryModel {
    public Model() {
      super(World.anonymous());
    }
  }

  private static ModelCheck scenario() {
    return new ModelCheck(Model.class)
        .atomic("dev.vmarea.memory.", "dev.vmarea.pagetable.")
        .behind(call("state"), call("end"));
  }

  @Test
  void lookupAgainstMove() {
    scenario().thread(call("lookup", 1), call("lookup", 11)).thread(call("move", 0, 3)).run(100);
  }

  @Test
  void lookupAgainstSplitAndJoin() {
    scenario()
        .thread(call("lookup", 0), call("lookup", 1), call("lookup", 2))
        .thread(call("protect", 1, 1, World.READ), call("protect", 1, 1, World.READ_WRITE))
        .run(100);
  }

  @Test
  void lookupAgainstHole() {
    scenario()
        .thread(call("lookup", 0), call("lookup", 1), call("lookup", 2))
        .thread(call("munmap", 1, 1))
        .run(100);
  }
}
