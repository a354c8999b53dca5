// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/** A memory call between its two lines. */
final class PendingCall {
  final MemoryCall call;

  /** Whether the model has executed it already. */
  boolean executed;

  /** What the model returned, once executed. */
  long result;

  PendingCall(MemoryCall call) {
    this.call = call;
  }

  /** The result found last is the one to compare with. */
  void settle() {
    executed = true;
  }
}
