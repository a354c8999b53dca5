// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.drivers.shm.ShmModel;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Follows shmget and shmctl. Segments get the ids that the log says; their files are those of the
 * user shm where a script has mounted it, else of tmpfs. There IPC_RMID is compared, too: all
 * segments are known.
 */
final class SegmentCalls {
  private final Machine machine;
  private final @Nullable ShmModel model;
  private final DivergenceLog divergences;

  SegmentCalls(Machine machine, MountedUsers users, DivergenceLog divergences) {
    this.machine = machine;
    this.model =
        users.all().values().stream()
            .filter(ShmModel.class::isInstance)
            .map(ShmModel.class::cast)
            .findFirst()
            .orElse(null);
    this.divergences = divergences;
  }

  /** A segment was made or found. */
  void obtained(StraceRecord record) {
    if (record.resultKind() != ResultKind.VALUE || record.argCount() < 2) {
      return;
    }
    int id = (int) record.result();
    long size = record.argLong(1);
    if (id < 0 || size <= 0 || machine.segments().find(id) != null) {
      return;
    }
    int key = record.argText(0).equals("IPC_PRIVATE") ? 0 : (int) record.argLong(0);
    if (model != null) {
      model.create(id, key, size);
    } else {
      machine.segments().add(id, key, size);
    }
  }

  /** Of what can be done to a segment only its removal matters. */
  void controlled(StraceRecord record) {
    if (record.argCount() < 2 || !record.argText(1).contains("IPC_RMID")) {
      return;
    }
    SharedSegment segment = machine.segments().find((int) record.argLong(0));
    if (model != null) {
      long actual = segment == null ? Errno.EINVAL.negated() : 0;
      if (actual != record.result()) {
        divergences.add(
            record.lineNumber(), record.pid(), CallText.of(record), record.result(), actual, false);
      }
    }
    if (segment != null && record.resultKind() == ResultKind.VALUE) {
      segment.remove();
    }
  }
}
