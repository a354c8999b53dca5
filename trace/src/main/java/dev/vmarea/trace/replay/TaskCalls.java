// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * Calls that change the caller (limits, personality) and not its memory: taken as the log has them.
 */
final class TaskCalls {
  private TaskCalls() {}

  /** Whether the call is made on the address space and its result compared. */
  static boolean bearsOnMemory(MemoryCall call) {
    return switch (call.call()) {
      case SETRLIMIT, PRLIMIT64, PERSONALITY -> false;
      default -> true;
    };
  }

  /** Follows a successful call of {@code process} that changed {@code target}. */
  static void follow(MemoryCall call, TracedProcess target) {
    switch (call.call()) {
      case SETRLIMIT, PRLIMIT64 -> target.task.limits().set((int) call.a0(), call.a1(), call.a2());
      case PERSONALITY -> {
        if ((call.a0() & 0xffffffffL) != 0xffffffffL) {
          target.task.personality((int) call.a0());
        }
      }
      default -> {}
    }
  }
}
