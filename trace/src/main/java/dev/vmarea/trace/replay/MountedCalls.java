// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.files.Mount;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import dev.vmarea.vma.OpenFile;
import java.nio.charset.StandardCharsets;

/**
 * Makes the calls of a script on what it has mounted, and compares their results. Calls on other
 * files are not judged: {@link FileCalls} follows them.
 */
final class MountedCalls {
  private static final int O_CLOEXEC = 02000000;
  private static final int O_CREAT = 0100;
  private static final int O_TRUNC = 01000;
  private static final int F_ADD_SEALS = 1033;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_HUGETLB = 4;

  private final Machine machine;
  private final DivergenceLog divergences;

  MountedCalls(Machine machine, DivergenceLog divergences) {
    this.machine = machine;
    this.divergences = divergences;
  }

  /**
   * Follows a call.
   *
   * @return whether it was one on something that is mounted
   */
  boolean follow(StraceRecord record, TracedThread thread) {
    boolean returned =
        record.resultKind() == ResultKind.VALUE || record.resultKind() == ResultKind.ERROR;
    if (!returned || machine.mounts().all().isEmpty()) {
      return false;
    }
    return switch (record.call()) {
      case OPEN -> opened(record, thread, -1, 0, record.argCount() > 1 ? 1 : -1);
      case CREAT -> opened(record, thread, -1, 0, -1);
      case OPENAT -> opened(record, thread, 0, 1, 2);
      case OPENAT2 -> openedHow(record, thread);
      case FCNTL, FCNTL64 -> sealed(record, thread);
      case MEMFD_CREATE -> memfd(record, thread);
      case MEMFD_SECRET -> secret(record, thread);
      case UNLINK -> unlinked(record, thread, CallPath.of(record, thread, -1, 0));
      case UNLINKAT -> unlinked(record, thread, CallPath.of(record, thread, 0, 1));
      case FTRUNCATE, FALLOCATE, PWRITE64 -> changed(record, thread);
      default -> false;
    };
  }

  private boolean opened(
      StraceRecord record, TracedThread thread, int directory, int path, int flagsAt) {
    int flags =
        flagsAt < 0 ? OpenFile.O_WRONLY | O_CREAT | O_TRUNC : (int) record.argFlags(flagsAt);
    String name = CallPath.of(record, thread, directory, path);
    return opened(record, thread, name, flags, (flags & O_CLOEXEC) != 0);
  }

  private boolean openedHow(StraceRecord record, TracedThread thread) {
    StraceValue how = record.structField(2, "flags");
    int flags = how == null ? 0 : (int) how.asLong();
    String name = CallPath.of(record, thread, 0, 1);
    return opened(record, thread, name, flags, (flags & O_CLOEXEC) != 0);
  }

  /** F_ADD_SEALS; what else fcntl does is not about the file. */
  private boolean sealed(StraceRecord record, TracedThread thread) {
    Descriptor descriptor = thread.descriptors().get(record.argFd(0));
    boolean adds = record.argCount() > 2 && record.argLong(1) == F_ADD_SEALS;
    if (!adds || descriptor == null || !descriptor.holds()) {
      return false;
    }
    int seals = (int) record.argFlags(2);
    compare(record, thread, result(() -> FileSeals.add(descriptor.file(), seals)));
    return true;
  }

  private boolean memfd(StraceRecord record, TracedThread thread) {
    byte[] given = record.argBytes(0);
    int flags = record.argCount() > 1 ? (int) record.argFlags(1) : 0;
    String name = given == null ? "" : new String(given, StandardCharsets.ISO_8859_1);
    if ((flags & MFD_HUGETLB) != 0) {
      // Of the kernel's own mount of hugetlbfs, which shares the pool with those of users.
      opened(record, thread, (flags & MFD_CLOEXEC) != 0, () -> machine.files().memfd(name, flags));
      return true;
    }
    String path = "memfd:" + name;
    return opened(
        record,
        thread,
        path,
        (flags & MFD_CLOEXEC) != 0,
        () -> {
          MemoryFiles.checkMemfdFlags(flags);
          return machine.open(path, flags);
        });
  }

  private boolean secret(StraceRecord record, TracedThread thread) {
    int flags = record.argCount() > 0 ? (int) record.argFlags(0) : 0;
    return opened(
        record,
        thread,
        "secretmem:",
        (flags & O_CLOEXEC) != 0,
        () -> {
          MemoryFiles.checkSecretFlags(flags);
          return machine.open("secretmem:", OpenFile.O_RDWR);
        });
  }

  private boolean opened(
      StraceRecord record, TracedThread thread, String path, int flags, boolean closeOnExec) {
    return opened(record, thread, path, closeOnExec, () -> machine.open(path, flags));
  }

  private interface Opening {
    OpenFile open() throws ErrnoException;
  }

  private boolean opened(
      StraceRecord record, TracedThread thread, String path, boolean closeOnExec, Opening opening) {
    if (machine.mounts().find(path) == null) {
      return false;
    }
    opened(record, thread, closeOnExec, opening);
    return true;
  }

  private void opened(
      StraceRecord record, TracedThread thread, boolean closeOnExec, Opening opening) {
    try {
      OpenFile file = opening.open();
      if (record.result() < 0) {
        file.put();
        diverged(record, thread, 0);
      } else {
        Descriptor descriptor = new Descriptor(file, closeOnExec, true, true);
        thread.descriptors().put((int) record.result(), descriptor);
      }
    } catch (ErrnoException refused) {
      compare(record, thread, refused.errno().negated());
    }
  }

  private boolean unlinked(StraceRecord record, TracedThread thread, String path) {
    Mount mount = machine.mounts().find(path);
    if (mount == null) {
      return false;
    }
    compare(record, thread, result(() -> mount.unlink(path)));
    return true;
  }

  private boolean changed(StraceRecord record, TracedThread thread) {
    Descriptor descriptor = thread.descriptors().get(record.argFd(0));
    if (descriptor == null || !descriptor.holds()) {
      return false;
    }
    OpenFile file = descriptor.file();
    switch (record.call()) {
      case FTRUNCATE -> {
        long size = record.argLong(1);
        compare(record, thread, result(() -> file.truncate(size)));
      }
      case FALLOCATE -> compare(record, thread, punched(record, file));
      case PWRITE64 -> compare(record, thread, written(record, file));
      default -> throw new IllegalArgumentException(record.callName());
    }
    return true;
  }

  private static long punched(StraceRecord record, OpenFile file) {
    long offset = record.argLong(2);
    long length = record.argLong(3);
    if (offset < 0 || length <= 0) {
      return Errno.EINVAL.negated();
    }
    String mode = record.argText(1);
    boolean hole = mode.contains("FALLOC_FL_PUNCH_HOLE") && mode.contains("FALLOC_FL_KEEP_SIZE");
    if (!hole || file.operations() == null) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (!file.isWritable()) {
      return Errno.EBADF.negated();
    }
    if (offset + length < 0) {
      return Errno.EFBIG.negated();
    }
    Errno refused = file.operations().punchHole(file);
    if (refused != null) {
      return refused.negated();
    }
    long first = Pages.count(Pages.ceil(offset));
    long end = Pages.count(offset + length);
    if (first < end) {
      file.inode().punchHole(first, end);
    }
    return 0;
  }

  private long written(StraceRecord record, OpenFile file) {
    byte[] bytes = record.argBytes(1);
    if (bytes == null || record.value(1).truncated()) {
      return record.result(); // the log does not show what
    }
    long stored = result(() -> file.write(machine.kernel().memory(), record.argLong(3), bytes));
    return stored < 0 ? stored : bytes.length;
  }

  private interface Change {
    void make() throws ErrnoException;
  }

  private static long result(Change change) {
    try {
      change.make();
      return 0;
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private void compare(StraceRecord record, TracedThread thread, long actual) {
    if (actual != record.result()) {
      diverged(record, thread, actual);
    }
  }

  private void diverged(StraceRecord record, TracedThread thread, long actual) {
    divergences.add(
        record.lineNumber(), thread.tid, CallText.of(record), record.result(), actual, false);
  }
}
