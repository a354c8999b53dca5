// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a recording ended.
 *
 * @param rootPid the first process
 * @param exitStatus its exit status, unless a signal ended it
 * @param signal the signal that ended it, if one did
 * @param calls system calls written
 * @param stops ptrace stops taken, the measure of what recording cost
 * @param processes processes followed, the first included
 * @param filtered whether a seccomp filter picked the calls
 * @param noNewPrivileges whether set-uid programs ran without their privileges because of the
 *     filter
 * @param finalMap whether the first process's final map was read
 * @param notes what a reader of the recording should know, one sentence each
 */
public record RecordingResult(
    int rootPid,
    OptionalInt exitStatus,
    OptionalInt signal,
    long calls,
    long stops,
    int processes,
    boolean filtered,
    boolean noNewPrivileges,
    boolean finalMap,
    List<String> notes) {

  /** Copies the notes. */
  public RecordingResult {
    notes = List.copyOf(notes);
  }
}
