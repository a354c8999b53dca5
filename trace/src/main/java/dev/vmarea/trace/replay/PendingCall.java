// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import org.jspecify.annotations.Nullable;

/** A memory call between its two lines. */
final class PendingCall {
  final MemoryCall call;

  /** Whether the model has executed it already. */
  boolean executed;

  /** What the model returned, once executed. */
  long result;

  /** The same for a follower, or null without one. */
  final @Nullable TracedCall traced;

  PendingCall(MemoryCall call, @Nullable TracedCall traced) {
    this.call = call;
    this.traced = traced;
  }

  /** The result found last is the one to compare with. */
  void settle() {
    executed = true;
  }
}
