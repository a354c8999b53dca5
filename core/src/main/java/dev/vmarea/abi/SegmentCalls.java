// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.mapping.SegmentOperation;
import dev.vmarea.mapping.SharedSegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * shmctl(2): IPC_RMID and IPC_STAT. Owners, times and processes are not kept: IPC_STAT says 0, and
 * permissions 0600.
 */
final class SegmentCalls {
  private static final int IPC_RMID = 0;
  private static final int IPC_STAT = 2;
  private static final int IPC_INFO = 3;
  private static final int SHM_LOCK = 11;
  private static final int SHM_STAT_ANY = 15;

  /** Size of {@code struct shmid64_ds} of 64-bit programs, and where its fields are. */
  private static final int STAT_BYTES = 112;

  private static final int STAT_KEY = 0;
  private static final int STAT_MODE = 20;
  private static final int STAT_SEQUENCE = 24;
  private static final int STAT_SIZE = 48;
  private static final int STAT_ATTACHMENTS = 88;
  private static final int OWNER_ONLY = 0600;
  private static final int SHM_DEST = 01000;

  private final SegmentOperation segments;
  private final Syscalls calls;
  private final UserMemory memory;

  SegmentCalls(Machine machine, Syscalls calls, UserMemory memory) {
    this.segments = new SegmentOperation(machine.kernel(), machine.segments());
    this.calls = calls;
    this.memory = memory;
  }

  long control(int id, int command, long pointer) throws ErrnoException {
    boolean known =
        command >= IPC_RMID && command <= IPC_INFO
            || command >= SHM_LOCK && command <= SHM_STAT_ANY;
    if (id < 0 || !known) {
      throw Errno.EINVAL.failure();
    }
    return switch (command) {
      case IPC_RMID -> calls.shmctlRemove(id);
      case IPC_STAT -> {
        memory.write(pointer, stat(segments.find(id)));
        yield 0;
      }
      default -> RawSyscalls.NOT_HANDLED;
    };
  }

  private static byte[] stat(SharedSegment segment) {
    ByteBuffer stat = ByteBuffer.allocate(STAT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    boolean removed = segment.isRemoved();
    stat.putInt(STAT_KEY, removed ? SegmentOperation.IPC_PRIVATE : segment.key());
    stat.putInt(STAT_MODE, removed ? OWNER_ONLY | SHM_DEST : OWNER_ONLY);
    stat.putShort(STAT_SEQUENCE, (short) segment.sequence());
    stat.putLong(STAT_SIZE, segment.size());
    stat.putLong(STAT_ATTACHMENTS, segment.attachments());
    return stat.array();
  }
}
