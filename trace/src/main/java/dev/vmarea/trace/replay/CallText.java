// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.strace.StraceRecord;

/** A call as the log prints it, without pid, time and result. */
final class CallText {
  private CallText() {}

  static String of(StraceRecord record) {
    StringBuilder text = new StringBuilder(record.callName()).append('(');
    for (int i = 0; i < record.argCount(); i++) {
      if (i > 0) {
        text.append(", ");
      }
      text.append(record.argText(i));
    }
    return text.append(')').toString();
  }
}
