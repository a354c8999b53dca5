// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Pages;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Follows the calls that open, duplicate and close descriptors and that rename and delete files.
 * They are not compared: what the kernel returned is taken.
 */
final class FileCalls {
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_DIRECTORY = 0200000;
  private static final int O_TMPFILE = 020200000;
  private static final int O_CLOEXEC = 02000000;
  private static final int F_DUPFD = 0;
  private static final int F_SETFD = 2;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;
  private static final int CLOSE_RANGE_CLOEXEC = 4;
  private static final int CLOSE_RANGE_UNSHARE = 2;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_HUGETLB = 4;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_SEAL_SEAL = 1;
  private static final int RENAME_EXCHANGE = 2;

  private final FileNames names;
  private final MountedCalls mounted;
  private long pathsAsGiven;
  private long unknownDescriptors;
  private long userfaults;

  /** Follows calls; those on what a script has mounted {@code mounted} judges. */
  FileCalls(FileNames names, MountedCalls mounted) {
    this.names = names;
    this.mounted = mounted;
  }

  /** How many opened files have the name that the program gave, links in it not followed. */
  long pathsAsGiven() {
    return pathsAsGiven;
  }

  /** How many mapped descriptors nothing in the log explains. */
  long unknownDescriptors() {
    return unknownDescriptors;
  }

  /** How many userfaultfds were made; what is registered with them is not followed. */
  long userfaults() {
    return userfaults;
  }

  /** Follows one successful call; calls of other kinds are ignored. */
  void follow(StraceRecord record, TracedThread thread) {
    if (mounted.follow(record, thread)) {
      return;
    }
    if (record.resultKind() != ResultKind.VALUE || record.result() < 0) {
      return;
    }
    switch (record.call()) {
      case OPEN, CREAT -> opened(record, thread, -1, 0, record.argCount() > 1 ? 1 : -1);
      case OPENAT -> opened(record, thread, 0, 1, 2);
      case OPENAT2 -> openedHow(record, thread);
      case CLOSE -> thread.descriptors().close(record.argFd(0));
      case CLOSE_RANGE -> closedRange(record, thread);
      case DUP -> duplicated(record, thread, false);
      case DUP2, DUP3 ->
          duplicated(
              record, thread, record.argCount() > 2 && (record.argFlags(2) & O_CLOEXEC) != 0);
      case FCNTL, FCNTL64 -> control(record, thread);
      case MEMFD_CREATE -> memfd(record, thread);
      case MEMFD_SECRET -> secret(record, thread);
      case LINK ->
          names.link(CallPath.of(record, thread, -1, 0), CallPath.of(record, thread, -1, 1));
      case LINKAT ->
          names.link(CallPath.of(record, thread, 0, 1), CallPath.of(record, thread, 2, 3));
      case UNLINK -> names.unlink(CallPath.of(record, thread, -1, 0));
      case UNLINKAT -> names.unlink(CallPath.of(record, thread, 0, 1));
      case RENAME ->
          names.rename(CallPath.of(record, thread, -1, 0), CallPath.of(record, thread, -1, 1));
      case RENAMEAT ->
          names.rename(CallPath.of(record, thread, 0, 1), CallPath.of(record, thread, 2, 3));
      case RENAMEAT2 -> renamed(record, thread);
      case CHDIR -> thread.directory.path = CallPath.of(record, thread, -1, 0);
      case FCHDIR -> changedTo(record, thread);
      case FTRUNCATE -> {
        Descriptor descriptor = thread.descriptors().get(record.argFd(0));
        if (descriptor != null && record.argCount() > 1) {
          descriptor.file().inode().truncate(record.argLong(1));
        }
      }
      case FALLOCATE -> punched(record, thread);
      case PWRITE64 -> {
        Descriptor descriptor = thread.descriptors().get(record.argFd(0));
        if (descriptor != null && record.argCount() > 3) {
          Inode inode = descriptor.file().inode();
          if (inode.size() != Inode.UNKNOWN_SIZE) {
            inode.size(Math.max(inode.size(), record.argLong(3) + record.result()));
          }
        }
      }
      case SOCKET,
          ACCEPT,
          ACCEPT4,
          EVENTFD,
          EVENTFD2,
          EPOLL_CREATE,
          EPOLL_CREATE1,
          INOTIFY_INIT,
          INOTIFY_INIT1,
          FANOTIFY_INIT,
          SIGNALFD,
          SIGNALFD4,
          TIMERFD_CREATE,
          PERF_EVENT_OPEN,
          PIDFD_OPEN,
          PIDFD_GETFD,
          BPF,
          IO_URING_SETUP,
          OPEN_BY_HANDLE_AT,
          OPEN_TREE,
          FSOPEN,
          FSMOUNT,
          FSPICK ->
          returned(record, thread);
      case USERFAULTFD -> {
        userfaults++;
        returned(record, thread);
      }
      default -> {}
    }
  }

  /** FALLOC_FL_PUNCH_HOLE takes whole pages away; what else fallocate does shows no difference. */
  private static void punched(StraceRecord record, TracedThread thread) {
    Descriptor descriptor = thread.descriptors().get(record.argFd(0));
    if (descriptor != null
        && record.argCount() > 3
        && record.argText(1).contains("FALLOC_FL_PUNCH_HOLE")) {
      long first = Pages.count(Pages.ceil(record.argLong(2)));
      long end = Pages.count(record.argLong(2) + record.argLong(3));
      if (first < end) {
        descriptor.file().inode().punchHole(first, end);
      }
    }
  }

  /**
   * The open file behind a descriptor argument, or null when the descriptor is not open. What
   * {@code -y} printed behind it is believed more than what calls before showed.
   */
  @Nullable OpenFile openFile(TracedThread thread, int fd, StraceRecord record, int argument) {
    if (fd < 0) {
      return null;
    }
    StraceValue value = record.value(argument);
    byte[] decoration = value.fdPath();
    Descriptor known = thread.descriptors().get(fd);
    if (decoration == null) {
      if (known == null && record.resultKind() != ResultKind.ERROR) {
        unknownDescriptors++;
        return guessed(thread, fd, "", false).file();
      }
      return known == null ? null : known.file();
    }
    String path = latin1(decoration);
    boolean deleted = value.fdDeleted();
    if (known != null && (known.identified() || shows(known.file(), path, deleted))) {
      return known.file();
    }
    return guessed(thread, fd, path, deleted).file();
  }

  private Descriptor guessed(TracedThread thread, int fd, String path, boolean deleted) {
    FileNames.Name name =
        deleted || path.isEmpty() ? names.unlisted(path, deleted, "", false) : names.named(path);
    Descriptor descriptor = new Descriptor(name.open(OpenFile.O_RDWR), false, false);
    thread.descriptors().put(fd, descriptor);
    return descriptor;
  }

  private static boolean shows(OpenFile file, String path, boolean deleted) {
    // A file deleted or renamed by someone the log does not follow keeps its identity here.
    boolean same = file.entry().path().equals(path);
    if (same && deleted) {
      file.entry().deleted(true);
    }
    return same;
  }

  private void opened(
      StraceRecord record, TracedThread thread, int directory, int path, int flagsAt) {
    int flags = flagsAt < 0 ? OpenFile.O_WRONLY | O_CREAT : (int) record.argFlags(flagsAt);
    if (record.call() == SyscallName.CREAT) {
      flags = OpenFile.O_WRONLY | O_CREAT;
    }
    open(record, thread, CallPath.of(record, thread, directory, path), flags);
  }

  private void openedHow(StraceRecord record, TracedThread thread) {
    StraceValue flags = record.structField(2, "flags");
    open(
        record,
        thread,
        CallPath.of(record, thread, 0, 1),
        flags == null ? 0 : (int) flags.asLong());
  }

  private void open(StraceRecord record, TracedThread thread, String given, int flags) {
    StraceValue result = record.resultValue();
    byte[] decoration = result.fdPath();
    boolean deleted = decoration != null && result.fdDeleted();
    String path = decoration == null ? given : latin1(decoration);
    if (decoration == null) {
      pathsAsGiven++;
    }
    if (!deleted && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
      // It did not exist before, so an older file of that name is another one.
      names.unlink(path);
    }
    FileNames.Name name = deleted ? names.unlisted(path, true, "", false) : names.named(path);
    if ((flags & (O_DIRECTORY | O_TMPFILE)) == O_DIRECTORY) {
      name = new FileNames.Name(name.entry(), name.inode(), null);
    }
    boolean closeOnExec = (flags & O_CLOEXEC) != 0;
    thread
        .descriptors()
        .put((int) record.result(), new Descriptor(name.open(flags), closeOnExec, false));
  }

  private static void closedRange(StraceRecord record, TracedThread thread) {
    int flags = record.argCount() > 2 ? (int) record.argFlags(2) : 0;
    if ((flags & CLOSE_RANGE_UNSHARE) != 0) {
      thread.unshareDescriptors();
    }
    thread
        .descriptors()
        .closeRange(
            (int) record.argLong(0), (int) record.argLong(1), (flags & CLOSE_RANGE_CLOEXEC) != 0);
  }

  private static void duplicated(StraceRecord record, TracedThread thread, boolean closeOnExec) {
    int from = record.argFd(0);
    int to = (int) record.result();
    Descriptor source = thread.descriptors().get(from);
    if (from == to) {
      return;
    }
    if (source == null) {
      thread.descriptors().close(to);
    } else {
      thread.descriptors().put(to, source.duplicate(closeOnExec));
    }
  }

  private static void control(StraceRecord record, TracedThread thread) {
    Descriptor descriptor = thread.descriptors().get(record.argFd(0));
    switch ((int) record.argLong(1)) {
      case F_DUPFD -> duplicated(record, thread, false);
      case F_DUPFD_CLOEXEC -> duplicated(record, thread, true);
      case F_SETFD -> {
        if (record.argCount() > 2) {
          thread.descriptors().mark(record.argFd(0), (record.argFlags(2) & 1) != 0);
        }
      }
      case F_ADD_SEALS -> {
        if (descriptor != null && record.argCount() > 2) {
          int seals = descriptor.file().inode().seals() | (int) record.argFlags(2);
          descriptor.file().inode().seals(seals);
        }
      }
      case F_GET_SEALS -> {
        if (descriptor != null) {
          descriptor.file().inode().seals((int) record.result());
        }
      }
      case F_SETFL -> {}
      default -> {}
    }
  }

  private void memfd(StraceRecord record, TracedThread thread) {
    byte[] given = record.argBytes(0);
    int flags = record.argCount() > 1 ? (int) record.argFlags(1) : 0;
    String path = "/memfd:" + (given == null ? "" : latin1(given));
    String type = (flags & MFD_HUGETLB) != 0 ? "hugetlbfs" : "tmpfs";
    FileNames.Name name = names.unlisted(path, true, type, false);
    if ((flags & MFD_ALLOW_SEALING) == 0) {
      name.inode().seals(F_SEAL_SEAL);
    }
    boolean closeOnExec = (flags & MFD_CLOEXEC) != 0;
    thread
        .descriptors()
        .put((int) record.result(), new Descriptor(name.open(OpenFile.O_RDWR), closeOnExec, false));
  }

  private void secret(StraceRecord record, TracedThread thread) {
    FileNames.Name name = names.unlisted("/secretmem", true, "secretmem", true);
    boolean closeOnExec = record.argCount() > 0 && (record.argFlags(0) & O_CLOEXEC) != 0;
    thread
        .descriptors()
        .put((int) record.result(), new Descriptor(name.open(OpenFile.O_RDWR), closeOnExec, false));
  }

  private void renamed(StraceRecord record, TracedThread thread) {
    String from = CallPath.of(record, thread, 0, 1);
    String to = CallPath.of(record, thread, 2, 3);
    if (record.argCount() > 4 && (record.argFlags(4) & RENAME_EXCHANGE) != 0) {
      names.exchange(from, to);
    } else {
      names.rename(from, to);
    }
  }

  private static void changedTo(StraceRecord record, TracedThread thread) {
    byte[] decoration = record.argFdPath(0);
    Descriptor descriptor = thread.descriptors().get(record.argFd(0));
    if (decoration != null) {
      thread.directory.path = latin1(decoration);
    } else if (descriptor != null) {
      thread.directory.path = descriptor.file().entry().path();
    }
  }

  // A descriptor for something without a path. Without -y only the call tells what it is.
  private void returned(StraceRecord record, TracedThread thread) {
    byte[] decoration = record.resultValue().fdPath();
    String path =
        decoration != null
            ? latin1(decoration)
            : switch (record.call()) {
              case SOCKET, ACCEPT, ACCEPT4 -> "socket:[0]";
              default -> "anon_inode:[" + record.callName() + "]";
            };
    FileNames.Name name = names.unlisted(path, false, "", false);
    if (record.call() == SyscallName.PIDFD_OPEN && record.argCount() > 0) {
      name.inode().privateData((int) record.argLong(0));
    }
    thread
        .descriptors()
        .put((int) record.result(), new Descriptor(name.open(OpenFile.O_RDWR), false, false));
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
