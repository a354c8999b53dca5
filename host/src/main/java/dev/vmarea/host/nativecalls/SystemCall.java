// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.nativecalls;

/**
 * A Linux system call by name, with its number on each architecture the recorder knows.
 *
 * <p>Numbers are the stable user-space interface of the kernel. A call that an architecture does
 * not have carries {@link #ABSENT}.
 */
public enum SystemCall {
  READ("read", 0, 63),
  WRITE("write", 1, 64),
  OPEN("open", 2, -1),
  CLOSE("close", 3, 57),
  OPENAT("openat", 257, 56),
  OPENAT2("openat2", 437, 437),
  CREAT("creat", 85, -1),
  DUP("dup", 32, 23),
  DUP2("dup2", 33, -1),
  DUP3("dup3", 292, 24),
  FCNTL("fcntl", 72, 25),
  FLOCK("flock", 73, 32),
  PIPE("pipe", 22, -1),
  PIPE2("pipe2", 293, 59),
  SOCKET("socket", 41, 198),
  SOCKETPAIR("socketpair", 53, 199),
  ACCEPT("accept", 43, 202),
  ACCEPT4("accept4", 288, 242),
  EPOLL_CREATE("epoll_create", 213, -1),
  EPOLL_CREATE1("epoll_create1", 291, 20),
  EVENTFD("eventfd", 284, -1),
  EVENTFD2("eventfd2", 290, 19),
  SIGNALFD("signalfd", 282, -1),
  SIGNALFD4("signalfd4", 289, 74),
  TIMERFD_CREATE("timerfd_create", 283, 85),
  INOTIFY_INIT("inotify_init", 253, -1),
  INOTIFY_INIT1("inotify_init1", 294, 26),
  FANOTIFY_INIT("fanotify_init", 300, 262),
  USERFAULTFD("userfaultfd", 323, 282),
  PERF_EVENT_OPEN("perf_event_open", 298, 241),
  MEMFD_CREATE("memfd_create", 319, 279),
  MEMFD_SECRET("memfd_secret", 447, 447),
  PIDFD_OPEN("pidfd_open", 434, 434),
  PIDFD_GETFD("pidfd_getfd", 438, 438),
  CLOSE_RANGE("close_range", 436, 436),
  IO_URING_SETUP("io_uring_setup", 425, 425),
  BPF("bpf", 321, 280),
  MMAP("mmap", 9, 222),
  MUNMAP("munmap", 11, 215),
  MPROTECT("mprotect", 10, 226),
  MREMAP("mremap", 25, 216),
  BRK("brk", 12, 214),
  MADVISE("madvise", 28, 233),
  MLOCK("mlock", 149, 228),
  MLOCK2("mlock2", 325, 284),
  MUNLOCK("munlock", 150, 229),
  MLOCKALL("mlockall", 151, 230),
  MUNLOCKALL("munlockall", 152, 231),
  MSYNC("msync", 26, 227),
  MINCORE("mincore", 27, 232),
  MSEAL("mseal", 462, 462),
  PKEY_MPROTECT("pkey_mprotect", 329, 288),
  PKEY_ALLOC("pkey_alloc", 330, 289),
  PKEY_FREE("pkey_free", 331, 290),
  MBIND("mbind", 237, 235),
  SET_MEMPOLICY("set_mempolicy", 238, 237),
  SET_MEMPOLICY_HOME_NODE("set_mempolicy_home_node", 450, 450),
  GET_MEMPOLICY("get_mempolicy", 239, 236),
  MIGRATE_PAGES("migrate_pages", 256, 238),
  MOVE_PAGES("move_pages", 279, 239),
  REMAP_FILE_PAGES("remap_file_pages", 216, 234),
  PROCESS_MADVISE("process_madvise", 440, 440),
  PROCESS_MRELEASE("process_mrelease", 448, 448),
  MAP_SHADOW_STACK("map_shadow_stack", 453, 453),
  SHMGET("shmget", 29, 194),
  SHMAT("shmat", 30, 196),
  SHMDT("shmdt", 67, 197),
  SHMCTL("shmctl", 31, 195),
  IO_SETUP("io_setup", 206, 0),
  IO_DESTROY("io_destroy", 207, 1),
  PRCTL("prctl", 157, 167),
  ARCH_PRCTL("arch_prctl", 158, -1),
  PRLIMIT64("prlimit64", 302, 261),
  SETRLIMIT("setrlimit", 160, 164),
  GETRLIMIT("getrlimit", 97, 163),
  PERSONALITY("personality", 135, 92),
  FORK("fork", 57, -1),
  VFORK("vfork", 58, -1),
  CLONE("clone", 56, 220),
  CLONE3("clone3", 435, 435),
  EXECVE("execve", 59, 221),
  EXECVEAT("execveat", 322, 281),
  EXIT("exit", 60, 93),
  EXIT_GROUP("exit_group", 231, 94),
  WAIT4("wait4", 61, 260),
  UNLINK("unlink", 87, -1),
  UNLINKAT("unlinkat", 263, 35),
  RENAME("rename", 82, -1),
  RENAMEAT("renameat", 264, 38),
  RENAMEAT2("renameat2", 316, 276),
  CHDIR("chdir", 80, 49),
  FCHDIR("fchdir", 81, 50),
  CHROOT("chroot", 161, 51),
  PIVOT_ROOT("pivot_root", 155, 41),
  MOUNT("mount", 165, 40),
  FSOPEN("fsopen", 430, 430),
  FSCONFIG("fsconfig", 431, 431),
  FSMOUNT("fsmount", 432, 432),
  MKDIRAT("mkdirat", 258, 34),
  UMOUNT2("umount2", 166, 39),
  LINK("link", 86, -1),
  LINKAT("linkat", 265, 37),
  TRUNCATE("truncate", 76, 45),
  FTRUNCATE("ftruncate", 77, 46),
  FALLOCATE("fallocate", 285, 47),
  SETNS("setns", 308, 268),
  UNSHARE("unshare", 272, 97),
  SETUID("setuid", 105, 146),
  SETGID("setgid", 106, 144),
  SETREUID("setreuid", 113, 145),
  SETREGID("setregid", 114, 143),
  SETRESUID("setresuid", 117, 147),
  SETRESGID("setresgid", 119, 149),
  SETFSUID("setfsuid", 122, 151),
  SETFSGID("setfsgid", 123, 152),
  CAPSET("capset", 126, 91),
  PTRACE("ptrace", 101, 117),
  PROCESS_VM_READV("process_vm_readv", 310, 270),
  PROCESS_VM_WRITEV("process_vm_writev", 311, 271),
  KCMP("kcmp", 312, 272),
  KILL("kill", 62, 129),
  TGKILL("tgkill", 234, 131),
  TKILL("tkill", 200, 130),
  GETPID("getpid", 39, 172),
  GETTID("gettid", 186, 178),
  GETPPID("getppid", 110, 173),
  SECCOMP("seccomp", 317, 277),
  IOCTL("ioctl", 16, 29),
  FSTATFS("fstatfs", 138, 44),
  STATFS("statfs", 137, 43),
  FSTAT("fstat", 5, 80),
  NEWFSTATAT("newfstatat", 262, 79),
  PREAD64("pread64", 17, 67),
  PWRITE64("pwrite64", 18, 68),
  READLINKAT("readlinkat", 267, 78),
  GETDENTS64("getdents64", 217, 61),
  UNAME("uname", 63, 160),
  SCHED_SETAFFINITY("sched_setaffinity", 203, 122),
  SCHED_GETAFFINITY("sched_getaffinity", 204, 123),
  RT_SIGPROCMASK("rt_sigprocmask", 14, 135),
  RT_SIGACTION("rt_sigaction", 13, 134),
  SET_ROBUST_LIST("set_robust_list", 273, 99),
  SETPGID("setpgid", 109, 154),
  GETPGID("getpgid", 121, 155);

  /** The number of a call that the architecture does not have. */
  public static final int ABSENT = -1;

  private final String callName;
  private final int x86;
  private final int aarch64;

  SystemCall(final String callName, final int x86, final int aarch64) {
    this.callName = callName;
    this.x86 = x86;
    this.aarch64 = aarch64;
  }

  /** The kernel's name of the call, as strace prints it. */
  public String callName() {
    return callName;
  }

  /** The number on {@code architecture}, or {@link #ABSENT}. */
  public int number(final Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> x86;
      case AARCH64 -> aarch64;
    };
  }
}
