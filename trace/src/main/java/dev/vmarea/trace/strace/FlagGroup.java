// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import org.jspecify.annotations.Nullable;

/**
 * A set of constants that an argument is made of, in the order in which strace prints them. Values
 * without a name come as {@code 0x66 /* MADV_??? *}{@code /}, bits without one as a number behind
 * the names.
 */
public enum FlagGroup {
  /** Protections. */
  PROT(
      "PROT_NONE",
      "PROT_???",
      "PROT_READ PROT_WRITE PROT_EXEC PROT_SEM PROT_GROWSDOWN PROT_GROWSUP"),
  /** Mapping flags; the type and the huge-page size are numbers inside them. */
  MAP(
      null,
      "MAP_???",
      "MAP_FIXED MAP_ANONYMOUS MAP_32BIT MAP_ABOVE4G MAP_NORESERVE MAP_POPULATE MAP_NONBLOCK"
          + " MAP_GROWSDOWN MAP_DENYWRITE MAP_EXECUTABLE MAP_LOCKED MAP_STACK MAP_HUGETLB"
          + " MAP_SYNC MAP_FIXED_NOREPLACE") {
    @Override
    public String format(long value) {
      String type =
          choice(value & 0xf, "MAP_FILE MAP_SHARED MAP_PRIVATE MAP_SHARED_VALIDATE MAP_DROPPABLE");
      return sized(
          type == null ? "0x" + Long.toHexString(value & 0xf) + " /* MAP_??? */" : type,
          value & ~0xfL,
          "MAP_HUGE_SHIFT");
    }
  },
  /** mremap's flags. */
  MREMAP("0", "MREMAP_???", "MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP"),
  /** madvise's advice: one value. */
  MADVICE(
      "MADV_???",
      "MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED MADV_FREE MADV_REMOVE"
          + " MADV_DONTFORK MADV_DOFORK MADV_MERGEABLE MADV_UNMERGEABLE MADV_HUGEPAGE"
          + " MADV_NOHUGEPAGE MADV_DONTDUMP MADV_DODUMP MADV_WIPEONFORK MADV_KEEPONFORK MADV_COLD"
          + " MADV_PAGEOUT MADV_POPULATE_READ MADV_POPULATE_WRITE MADV_DONTNEED_LOCKED"
          + " MADV_COLLAPSE MADV_HWPOISON MADV_SOFT_OFFLINE MADV_GUARD_INSTALL MADV_GUARD_REMOVE"),
  /** mlockall's flags. */
  MCL("0", "MCL_???", "MCL_CURRENT MCL_FUTURE MCL_ONFAULT"),
  /** mlock2's flags. */
  MLOCK("0", "MLOCK_???", "MLOCK_ONFAULT"),
  /** msync's flags. */
  MSYNC("0", "MS_???", "MS_SYNC MS_ASYNC MS_INVALIDATE"),
  /** Access rights of a protection key. */
  PKEY_RIGHTS("0", "PKEY_???", "PKEY_DISABLE_ACCESS PKEY_DISABLE_WRITE PKEY_DISABLE_EXECUTE"),
  /** A memory policy: a mode with flags. */
  MPOL(null, "MPOL_???", "MPOL_F_STATIC_NODES MPOL_F_RELATIVE_NODES MPOL_F_NUMA_BALANCING") {
    @Override
    public String format(long value) {
      String mode =
          choice(
              value & 0x1fff,
              "MPOL_DEFAULT MPOL_PREFERRED MPOL_BIND MPOL_INTERLEAVE MPOL_LOCAL"
                  + " MPOL_PREFERRED_MANY MPOL_WEIGHTED_INTERLEAVE");
      return mode == null ? super.format(value) : joined(mode, value & ~0x1fffL);
    }
  },
  /** mbind's flags. */
  MPOL_MF("0", "MPOL_???", "MPOL_MF_STRICT MPOL_MF_MOVE MPOL_MF_MOVE_ALL"),
  /** shmget's flags with the access mode. */
  IPC_GET(null, "IPC_???", "IPC_CREAT IPC_EXCL SHM_HUGETLB SHM_NORESERVE") {
    @Override
    public String format(long value) {
      long mode = value & 0777;
      String text = sized("", value & ~0777L, "SHM_HUGE_SHIFT");
      return text + (text.isEmpty() ? "" : "|") + octal(mode, 3);
    }
  },
  /** shmat's flags. */
  SHM("0", "SHM_???", "SHM_RDONLY SHM_RND SHM_REMAP SHM_EXEC"),
  /** shmctl's command: one value. */
  SHM_COMMAND(
      "SHM_???",
      "IPC_RMID IPC_SET IPC_STAT IPC_INFO SHM_STAT SHM_INFO SHM_STAT_ANY SHM_LOCK SHM_UNLOCK"),
  /** memfd_create's flags. */
  MFD("0", "MFD_???", "MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB MFD_NOEXEC_SEAL MFD_EXEC") {
    @Override
    public String format(long value) {
      return value == 0 ? "0" : sized("", value, "MFD_HUGE_SHIFT");
    }
  },
  /** open's flags; the access mode is a number inside them. */
  OPEN(
      null,
      "O_???",
      "O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_SYNC O_DSYNC O_DIRECT O_LARGEFILE"
          + " O_NOFOLLOW O_NOATIME O_CLOEXEC O_PATH O_TMPFILE O_DIRECTORY FASYNC") {
    @Override
    public String format(long value) {
      String mode = choice(value & 3, "O_RDONLY O_WRONLY O_RDWR O_ACCMODE");
      return joined(mode == null ? "" : mode, value & ~3L);
    }
  },
  /** The one flag of dup3 and memfd_secret. */
  CLOEXEC("0", "O_???", "O_CLOEXEC"),
  /** close_range's flags. */
  CLOSE_RANGE("0", "CLOSE_RANGE_???", "CLOSE_RANGE_UNSHARE CLOSE_RANGE_CLOEXEC"),
  /** fallocate's mode. */
  FALLOC(
      "0",
      "FALLOC_FL_???",
      "FALLOC_FL_KEEP_SIZE FALLOC_FL_PUNCH_HOLE FALLOC_FL_NO_HIDE_STALE"
          + " FALLOC_FL_COLLAPSE_RANGE FALLOC_FL_ZERO_RANGE FALLOC_FL_INSERT_RANGE"
          + " FALLOC_FL_UNSHARE_RANGE"),
  /** clone's flags, without the signal in their low byte. */
  CLONE(
      "0",
      "CLONE_???",
      "CLONE_VM CLONE_FS CLONE_FILES CLONE_SIGHAND CLONE_PIDFD CLONE_PTRACE CLONE_VFORK"
          + " CLONE_PARENT CLONE_THREAD CLONE_NEWNS CLONE_SYSVSEM CLONE_SETTLS"
          + " CLONE_PARENT_SETTID CLONE_CHILD_CLEARTID CLONE_UNTRACED CLONE_CHILD_SETTID"
          + " CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER CLONE_NEWPID CLONE_NEWNET"
          + " CLONE_IO CLONE_CLEAR_SIGHAND CLONE_INTO_CGROUP"),
  /** A resource limit's number. */
  RLIMIT(
      "RLIMIT_???",
      "RLIMIT_CPU RLIMIT_FSIZE RLIMIT_DATA RLIMIT_STACK RLIMIT_CORE RLIMIT_RSS RLIMIT_NPROC"
          + " RLIMIT_NOFILE RLIMIT_MEMLOCK RLIMIT_AS RLIMIT_LOCKS RLIMIT_SIGPENDING"
          + " RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_RTTIME"),
  /** prctl's option, as far as it concerns memory. */
  PRCTL(
      "PR_???",
      "PR_SET_VMA PR_SET_MM PR_SET_MDWE PR_GET_MDWE PR_SET_MEMORY_MERGE PR_GET_MEMORY_MERGE"
          + " PR_SET_THP_DISABLE PR_GET_THP_DISABLE PR_SET_NAME PR_SET_PDEATHSIG PR_SET_DUMPABLE"
          + " PR_SET_NO_NEW_PRIVS PR_SET_SECCOMP PR_CAPBSET_DROP PR_SET_KEEPCAPS"),
  /** What PR_SET_MM sets. */
  PR_SET_MM(
      "PR_SET_MM_???",
      "PR_SET_MM_START_CODE PR_SET_MM_END_CODE PR_SET_MM_START_DATA PR_SET_MM_END_DATA"
          + " PR_SET_MM_START_STACK PR_SET_MM_START_BRK PR_SET_MM_BRK PR_SET_MM_ARG_START"
          + " PR_SET_MM_ARG_END PR_SET_MM_ENV_START PR_SET_MM_ENV_END PR_SET_MM_AUXV"
          + " PR_SET_MM_EXE_FILE PR_SET_MM_MAP PR_SET_MM_MAP_SIZE"),
  /** arch_prctl's code on x86-64: one value. */
  ARCH_PRCTL("ARCH_???", "ARCH_SET_GS ARCH_SET_FS ARCH_GET_FS ARCH_GET_GS ARCH_MAP_VDSO_64"),
  /** A personality: a base with flags. */
  PERSONALITY(
      null,
      "PER_???",
      "UNAME26 ADDR_NO_RANDOMIZE FDPIC_FUNCPTRS MMAP_PAGE_ZERO ADDR_COMPAT_LAYOUT"
          + " READ_IMPLIES_EXEC ADDR_LIMIT_32BIT SHORT_INODE WHOLE_SECONDS STICKY_TIMEOUTS"
          + " ADDR_LIMIT_3GB") {
    @Override
    public String format(long value) {
      if ((int) value == -1) {
        return "0xffffffff";
      }
      String base = choice(value & 0xff, "PER_LINUX PER_LINUX32");
      return joined(
          base == null ? "0x" + Long.toHexString(value & 0xff) + " /* PER_??? */" : base,
          value & ~0xffL);
    }
  };

  private static final int HUGE_SHIFT = 26;

  private final @Nullable String zero;
  private final String unknown;
  private final String[] names;
  private final long[] values;
  private final boolean single;

  FlagGroup(@Nullable String zero, String unknown, String names) {
    this(zero, unknown, names, false);
  }

  FlagGroup(String unknown, String names) {
    this(null, unknown, names, true);
  }

  FlagGroup(@Nullable String zero, String unknown, String names, boolean single) {
    this.zero = zero;
    this.unknown = unknown;
    this.names = names.split(" ", -1);
    this.single = single;
    values = new long[this.names.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = valueOfName(this.names[i]);
    }
  }

  /** {@code value} as strace prints it. */
  public String format(long value) {
    if (single) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] == value) {
          return names[i];
        }
      }
      return "0x" + Long.toHexString(value) + " /* " + unknown + " */";
    }
    if (value == 0 && zero != null) {
      return zero;
    }
    String text = joined("", value);
    return text.startsWith("0x") ? text + " /* " + unknown + " */" : text;
  }

  /** The names of {@code bits} behind {@code first}, then the bits without a name. */
  String joined(String first, long bits) {
    StringBuilder out = new StringBuilder(first);
    for (int i = 0; i < values.length; i++) {
      if ((bits & values[i]) == values[i]) {
        separate(out).append(names[i]);
        bits &= ~values[i];
      }
    }
    if (bits != 0) {
      separate(out).append("0x").append(Long.toHexString(bits));
    }
    return out.toString();
  }

  /** As {@link #joined}, with the huge-page size in bits 26 to 31 last. */
  String sized(String first, long bits, String shiftName) {
    long size = bits >>> HUGE_SHIFT & 0x3f;
    StringBuilder out = new StringBuilder(joined(first, bits & ~(0x3fL << HUGE_SHIFT)));
    if (size != 0) {
      separate(out).append(size).append("<<").append(shiftName);
    }
    return out.toString();
  }

  private static StringBuilder separate(StringBuilder out) {
    return out.isEmpty() ? out : out.append('|');
  }

  static @Nullable String choice(long value, String names) {
    for (String name : names.split(" ", -1)) {
      if (valueOfName(name) == value) {
        return name;
      }
    }
    return null;
  }

  static String octal(long value, int digits) {
    String text = Long.toOctalString(value);
    return "0" + "0".repeat(Math.max(0, digits - 1 - text.length())) + text;
  }

  private static long valueOfName(String name) {
    Long v = Symbols.value(name);
    if (v == null) {
      throw new IllegalStateException("no such constant: " + name);
    }
    return v;
  }
}
