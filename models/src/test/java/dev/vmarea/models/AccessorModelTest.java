// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static dev.vmarea.models.ModelCheck.call;

import org.junit.jupiter.api.Test;

/**
 * Accessors with remembered translations beside calls that take rights away: what is remembered is
 * not used once the call has returned, and no page gets another use before.
 */
class AccessorModelTest {
  /** Three pages of anonymous memory. */
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

  /** Accessor 0 remembers where page 2 is, which it may write. */
  private static ModelCheck remembering() {
    return scenario().before(call("store", 0, 2, 7L));
  }

  @Test
  void storeAfterTheRightIsGone() {
    remembering()
        .thread(call("store", 0, 2, 8L), call("leave", 0))
        .thread(call("protect", 2, 1, World.READ), call("load", 1, 2), call("leave", 1))
        .run(100);
  }

  /** Its second page is faulted in while the right to the first one goes. */
  @Test
  void storeAcrossPagesAfterTheRightIsGone() {
    scenario()
        .before(call("store", 0, 0, 1L))
        .thread(call("storeAcross", 0, 0, 7L), call("leave", 0))
        .thread(call("protect", 0, 1, World.READ), call("loadEnd", 1, 0), call("leave", 1))
        .run(180);
  }

  @Test
  void pageThatGetsAnotherUse() {
    remembering()
        .thread(call("store", 0, 2, 8L), call("leave", 0))
        .thread(call("munmap", 2, 1), call("store", 1, 0, 5L), call("load", 1, 0), call("leave", 1))
        .run(100);
  }

  /** Between the entry that is read and the page behind it the page goes. */
  @Test
  void translationAgainstUnmap() {
    scenario()
        .before(call("load", 0, 0))
        .thread(call("load", 0, 2), call("leave", 0))
        .thread(call("munmap", 2, 1))
        .run(180);
  }

  @Test
  void copyThatOthersMustSee() {
    scenario()
        .before(call("fork"), call("load", 0, 2))
        .thread(call("load", 0, 2), call("load", 0, 2), call("leave", 0))
        .thread(call("store", 1, 2, 8L), call("leave", 1))
        .run(100);
  }

  @Test
  void offlineAndOnline() {
    remembering()
        .thread(call("offline", 0), call("online", 0), call("store", 0, 2, 8L), call("leave", 0))
        .thread(call("munmap", 2, 1), call("store", 1, 0, 5L), call("leave", 1))
        .run(180);
  }

  @Test
  void twoThatWaitForEachOther() {
    scenario()
        .thread(call("store", 0, 0, 1L), call("protect", 1, 1, World.READ), call("leave", 0))
        .thread(call("store", 1, 1, 2L), call("protect", 0, 1, World.READ), call("leave", 1))
        .run(100);
  }
}
