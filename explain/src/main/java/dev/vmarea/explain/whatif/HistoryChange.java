// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.replay.TracedCall;

/**
 * Another history of one memory: is told of every step of the real one, and says which steps are
 * made instead. Keeps the state of that memory; a forked child gets a copy. For one thread.
 */
interface HistoryChange {
  /** The change, for people: a clause. */
  String what();

  /** A call of the log: makes on {@code memory} what is to be made in its place, now or later. */
  void call(ChangedMemory memory, TracedCall call);

  /** Evidence of writes: a fault, pages found, a stack grown. */
  default void note(ChangedMemory memory, EvidenceLine line) {
    memory.replica().note(line);
  }

  /** Makes what was put off: the memory is looked at, or copied. */
  default void settle(ChangedMemory memory) {}

  /** The state for a copy of the memory, after {@link #settle}. */
  HistoryChange forked();

  /** Whether refused calls are what it is about, and told in {@link #remark}. */
  default boolean tellsRefusals() {
    return false;
  }

  /** What a reader of the result has to know of this change, sentences, or empty. */
  default String remark() {
    return "";
  }
}
