// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.space.Task;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import java.util.Map;

/**
 * Follows the calls that change a process's capabilities, as far as memory calls ask for them: the
 * rules for user ids, and capset.
 */
final class Credentials {
  private static final long NO_CHANGE = 0xffffffffL;

  private static final Map<String, Integer> CAPABILITIES =
      Map.of(
          "CAP_IPC_LOCK", Task.CAP_IPC_LOCK,
          "CAP_SYS_RAWIO", Task.CAP_SYS_RAWIO,
          "CAP_SYS_ADMIN", Task.CAP_SYS_ADMIN,
          "CAP_SYS_NICE", Task.CAP_SYS_NICE,
          "CAP_SYS_RESOURCE", Task.CAP_SYS_RESOURCE);

  private Credentials() {}

  static void follow(StraceRecord record, TracedProcess process) {
    if (record.resultKind() != ResultKind.VALUE || record.result() != 0) {
      return;
    }
    switch (record.call()) {
      case SETUID -> user(process, record.argLong(0), true);
      case SETREUID -> user(process, record.argLong(1), leaves(record.argLong(0)));
      case SETRESUID ->
          user(process, record.argLong(1), leaves(record.argLong(0)) && leaves(record.argLong(2)));
      case CAPSET -> capabilities(record, process);
      default -> {}
    }
  }

  private static boolean leaves(long user) {
    return user != 0 && (user & NO_CHANGE) != NO_CHANGE;
  }

  // Leaving user 0 clears the effective capabilities; coming back restores the permitted ones,
  // unless no user id was left at 0.
  private static void user(TracedProcess process, long effective, boolean forGood) {
    if ((effective & NO_CHANGE) == NO_CHANGE) {
      return;
    }
    Task task = process.task;
    if (effective == 0) {
      task.capabilities(task.capabilities() | process.permitted);
      return;
    }
    process.permitted = forGood ? 0 : process.permitted | task.capabilities();
    task.capabilities(0);
  }

  // capset({version=.., pid=0}, {effective=1<<CAP_IPC_LOCK|.., permitted=.., inheritable=..})
  private static void capabilities(StraceRecord record, TracedProcess process) {
    StraceValue effective = record.structField(1, "effective");
    if (effective == null) {
      return;
    }
    String text = effective.text();
    long bits = 0;
    for (Map.Entry<String, Integer> capability : CAPABILITIES.entrySet()) {
      if (text.contains(capability.getKey())) {
        bits |= 1L << capability.getValue();
      }
    }
    process.task.capabilities(bits);
  }
}
