// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.tracing.Signals;
import dev.vmarea.trace.strace.FlagGroup;

/** What a child shares with its parent ({@code CLONE_*}). */
final class CloneFlags {
  /** The address space. */
  static final long VM = 0x100;

  /** The descriptor table. */
  static final long FILES = 0x400;

  /** The parent waits until the child executes or ends. */
  static final long VFORK = 0x4000;

  /** The process. */
  static final long THREAD = 0x10000;

  private static final long SIGNAL_MASK = 0xff;

  private CloneFlags() {}

  /** The flags of a call of the clone family; 0, those of fork, if they could not be read. */
  static long of(final CapturedCall call) {
    return switch (call.call()) {
      case FORK -> 0;
      case VFORK -> VM | VFORK;
      case CLONE3 ->
          call.contents().get(0) instanceof CapturedCall.Fields fields && !fields.fields().isEmpty()
              ? fields.fields().getFirst().value()
              : 0;
      default -> call.arguments()[0];
    };
  }

  /** The flags of clone with the signal that it sends at its end, as strace prints them. */
  static String text(final long flags) {
    final long bits = flags & ~SIGNAL_MASK;
    final int signal = (int) (flags & SIGNAL_MASK);
    if (signal == 0) {
      return FlagGroup.CLONE.format(bits);
    }
    return (bits == 0 ? "" : FlagGroup.CLONE.format(bits) + "|") + Signals.name(signal);
  }
}
