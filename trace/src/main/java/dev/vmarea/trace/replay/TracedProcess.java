// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.space.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A thread group of the log. */
final class TracedProcess {
  final int pid;
  final boolean first;
  final Task task;
  final List<TracedThread> threads = new ArrayList<>(1);
  TracedMemory memory;
  String command;
  long calls;

  /** Capabilities that come back with user id 0. */
  long permitted;

  /** What the last execve took over from the memory before it. */
  TracedMemory.Inherited inherited = TracedMemory.Inherited.NOTHING;

  long skipped;

  /** The final map compared, once it is known. */
  @Nullable MapComparison comparison;

  TracedProcess(int pid, boolean first, Task task, TracedMemory memory, String command) {
    this.pid = pid;
    this.first = first;
    this.task = task;
    this.memory = memory;
    this.command = command;
  }
}
