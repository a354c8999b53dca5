// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import java.util.EnumSet;

/**
 * A reason why two neighbours do not merge (mm-semantics 4.1). A verdict is a set of these, kept as
 * bits; no bit means they merge.
 */
public enum MergeBlocker {
  /** There is a hole between them. */
  NOT_ADJACENT,
  /** One of the flags that are never merged: IO, DONTEXPAND, PFNMAP, MIXEDMAP. */
  SPECIAL,
  /** Flags differ, apart from those that merging ignores. */
  FLAGS,
  /** Not the same open file. */
  FILE,
  /** Page offsets do not continue. */
  PGOFF,
  /** Both have anonymous pages under different identities. */
  ANON_VMA,
  /** One has no anonymous identity yet and the other's may be shared with a parent process. */
  FORK_CHILD,
  /** NUMA policies differ. */
  POLICY,
  /** Registered with different userfaultfds. */
  USERFAULT,
  /** Anonymous names differ. */
  NAME,
  /** The VMA that would go away has a close callback. */
  CLOSE_HOOK;

  /** The bit of this blocker in a verdict. */
  public int bit() {
    return 1 << ordinal();
  }

  /** The blockers in a verdict. */
  public static EnumSet<MergeBlocker> of(int verdict) {
    EnumSet<MergeBlocker> set = EnumSet.noneOf(MergeBlocker.class);
    for (MergeBlocker blocker : values()) {
      if ((verdict & blocker.bit()) != 0) {
        set.add(blocker);
      }
    }
    return set;
  }
}
