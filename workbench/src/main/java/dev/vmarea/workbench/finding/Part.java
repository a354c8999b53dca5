// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

import java.util.Locale;

/** A side from which a user is looked at. */
public enum Part {
  /** Old hook and port do the same, over a space of calls. */
  EQUIVALENCE("old hook and port do the same for every kind of call"),
  /**
   * A call that fails at any step leaves what Linux leaves, a merge leaves no trace of the hook.
   */
  UNWINDING("a call that fails anywhere leaves nothing, a merge no trace of its hook"),
  /** Counts balance over splits, moves, forks, ends, and what happens to the device. */
  LIFE_CYCLE("counts balance over splits, moves, forks, ends and events"),
  /** Two operations at once end as one after the other. */
  INTERLEAVINGS("two operations at once end as one after the other would"),
  /** The hook keeps to what its documentation demands. */
  CONTRACT("the hook keeps to what its interface demands");

  private final String summary;

  Part(String summary) {
    this.summary = summary;
  }

  /** What must hold, as half a sentence. */
  public String summary() {
    return summary;
  }

  /** Its name in commands: "life-cycle". */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The part with this name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Part named(String id) {
    for (Part part : values()) {
      if (part.id().equals(id)) {
        return part;
      }
    }
    StringBuilder known = new StringBuilder();
    for (Part part : values()) {
      known.append(known.isEmpty() ? "" : ", ").append(part.id());
    }
    throw new IllegalArgumentException("no part " + id + "; known: " + known);
  }
}
