// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.space.Task;

/** getrlimit, setrlimit and prlimit64, of the caller itself. */
final class LimitCalls {
  private static final int RESOURCES = 16;

  private final Task task;
  private final Syscalls calls;
  private final UserMemory memory;

  LimitCalls(Task task, Syscalls calls, UserMemory memory) {
    this.task = task;
    this.calls = calls;
    this.memory = memory;
  }

  /** {@code pid} 0 is the caller; other processes are the emulator's business. */
  long prlimit(int pid, int resource, long wanted, long old) throws ErrnoException {
    if (pid != 0) {
      return RawSyscalls.NOT_HANDLED;
    }
    boolean known = Integer.compareUnsigned(resource, RESOURCES) < 0;
    long soft = known ? task.limits().soft(resource) : 0;
    long hard = known ? task.limits().hard(resource) : 0;
    if (wanted != 0) {
      Errno.check(set(resource, wanted));
    } else if (!known) {
      throw Errno.EINVAL.failure();
    }
    if (old != 0) {
      store(old, soft, hard);
    }
    return 0;
  }

  long get(int resource, long pointer) throws ErrnoException {
    if (Integer.compareUnsigned(resource, RESOURCES) >= 0) {
      throw Errno.EINVAL.failure();
    }
    store(pointer, task.limits().soft(resource), task.limits().hard(resource));
    return 0;
  }

  long set(int resource, long pointer) throws ErrnoException {
    long soft = memory.readLong(pointer);
    return calls.setrlimit(resource, soft, memory.readLong(pointer + Long.BYTES));
  }

  /** Copied as one piece: all or nothing within a page. */
  private void store(long pointer, long soft, long hard) throws ErrnoException {
    memory.writeLong(pointer, soft);
    memory.writeLong(pointer + Long.BYTES, hard);
  }
}
