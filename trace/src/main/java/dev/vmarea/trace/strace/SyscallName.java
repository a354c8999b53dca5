// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The system calls that bear on address spaces, descriptors and processes. Every other call of a
 * log is {@link #OTHER}; {@link StraceRecord#callName()} has its name.
 */
public enum SyscallName {
  // Memory calls.
  MMAP,
  MMAP2,
  MUNMAP,
  MPROTECT,
  PKEY_MPROTECT,
  PKEY_ALLOC,
  PKEY_FREE,
  MREMAP,
  BRK,
  MADVISE,
  PROCESS_MADVISE,
  MLOCK,
  MLOCK2,
  MUNLOCK,
  MLOCKALL,
  MUNLOCKALL,
  MSYNC,
  MINCORE,
  MSEAL,
  PRCTL,
  ARCH_PRCTL,
  MBIND,
  SET_MEMPOLICY,
  GET_MEMPOLICY,
  SET_MEMPOLICY_HOME_NODE,
  MIGRATE_PAGES,
  MOVE_PAGES,
  REMAP_FILE_PAGES,
  SHMGET,
  SHMAT,
  SHMDT,
  SHMCTL,
  IO_SETUP,
  IO_DESTROY,
  MEMFD_CREATE,
  MEMFD_SECRET,
  USERFAULTFD,
  PRLIMIT64,
  SETRLIMIT,
  GETRLIMIT,
  PERSONALITY,
  MAP_SHADOW_STACK,
  // Descriptors, files and names.
  OPEN,
  OPENAT,
  OPENAT2,
  CREAT,
  CLOSE,
  CLOSE_RANGE,
  DUP,
  DUP2,
  DUP3,
  FCNTL,
  FCNTL64,
  FTRUNCATE,
  TRUNCATE,
  FALLOCATE,
  PWRITE64,
  LINK,
  LINKAT,
  SYMLINK,
  SYMLINKAT,
  UNLINK,
  UNLINKAT,
  RENAME,
  RENAMEAT,
  RENAMEAT2,
  MKDIR,
  MKDIRAT,
  RMDIR,
  CHDIR,
  FCHDIR,
  CHROOT,
  PIVOT_ROOT,
  MOUNT,
  UMOUNT2,
  SOCKET,
  SOCKETPAIR,
  PIPE,
  PIPE2,
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
  RECVMSG,
  BPF,
  IO_URING_SETUP,
  OPEN_BY_HANDLE_AT,
  OPEN_TREE,
  FSOPEN,
  FSMOUNT,
  FSPICK,
  // Processes.
  CLONE,
  CLONE3,
  FORK,
  VFORK,
  EXECVE,
  EXECVEAT,
  EXIT,
  EXIT_GROUP,
  UNSHARE,
  SETNS,
  // Credentials.
  SETUID,
  SETGID,
  SETREUID,
  SETREGID,
  SETRESUID,
  SETRESGID,
  SETFSUID,
  SETFSGID,
  SETGROUPS,
  CAPSET,
  SECCOMP,
  /** A call that none of the above is. */
  OTHER;

  private final String text = name().toLowerCase(Locale.ROOT);
  private final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);

  /** The name as strace prints it. */
  public String text() {
    return text;
  }

  byte[] bytes() {
    return bytes;
  }
}
