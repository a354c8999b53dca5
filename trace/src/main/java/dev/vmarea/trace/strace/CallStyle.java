// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How strace prints a call: a style an argument and one for the result.
 *
 * @param result how the result is printed
 * @param args an {@link ArgStyle} or a {@link FlagGroup} an argument
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record CallStyle(ResultStyle result, Enum<?>... args) {

  /** How a result that is no error is printed. */
  enum ResultStyle {
    /** Decimal. */
    DEC,
    /** Hexadecimal, plain 0 for zero. */
    HEX,
    /** A descriptor with its path. */
    FD,
    /** A personality: hexadecimal with its names behind it. */
    PER,
    /** The call does not return. */
    NONE
  }

  private static final Map<SyscallName, CallStyle> STYLES = new EnumMap<>(SyscallName.class);

  static {
    put(
        SyscallName.MMAP,
        ResultStyle.HEX,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        FlagGroup.PROT,
        FlagGroup.MAP,
        ArgStyle.FD,
        ArgStyle.HEX);
    put(
        SyscallName.MMAP2,
        ResultStyle.HEX,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        FlagGroup.PROT,
        FlagGroup.MAP,
        ArgStyle.FD,
        ArgStyle.HEX);
    put(SyscallName.MUNMAP, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE);
    put(SyscallName.MPROTECT, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, FlagGroup.PROT);
    put(
        SyscallName.PKEY_MPROTECT,
        ResultStyle.DEC,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        FlagGroup.PROT,
        ArgStyle.INT);
    put(SyscallName.PKEY_ALLOC, ResultStyle.DEC, ArgStyle.HEX, FlagGroup.PKEY_RIGHTS);
    put(SyscallName.PKEY_FREE, ResultStyle.DEC, ArgStyle.INT);
    put(
        SyscallName.MREMAP,
        ResultStyle.HEX,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        ArgStyle.SIZE,
        FlagGroup.MREMAP,
        ArgStyle.ADDR);
    put(SyscallName.BRK, ResultStyle.HEX, ArgStyle.ADDR);
    put(SyscallName.MADVISE, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, FlagGroup.MADVICE);
    put(
        SyscallName.PROCESS_MADVISE,
        ResultStyle.DEC,
        ArgStyle.FD,
        ArgStyle.VERBATIM,
        ArgStyle.SIZE,
        FlagGroup.MADVICE,
        ArgStyle.HEX);
    put(SyscallName.MLOCK, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE);
    put(SyscallName.MLOCK2, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, FlagGroup.MLOCK);
    put(SyscallName.MUNLOCK, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE);
    put(SyscallName.MLOCKALL, ResultStyle.DEC, FlagGroup.MCL);
    put(SyscallName.MUNLOCKALL, ResultStyle.DEC);
    put(SyscallName.MSYNC, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, FlagGroup.MSYNC);
    put(SyscallName.MINCORE, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, ArgStyle.ADDR);
    put(SyscallName.MSEAL, ResultStyle.DEC, ArgStyle.ADDR, ArgStyle.SIZE, ArgStyle.HEX);
    put(
        SyscallName.MBIND,
        ResultStyle.DEC,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        FlagGroup.MPOL,
        ArgStyle.VERBATIM,
        ArgStyle.SIZE,
        FlagGroup.MPOL_MF);
    put(
        SyscallName.SET_MEMPOLICY,
        ResultStyle.DEC,
        FlagGroup.MPOL,
        ArgStyle.VERBATIM,
        ArgStyle.SIZE);
    put(
        SyscallName.SET_MEMPOLICY_HOME_NODE,
        ResultStyle.DEC,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        ArgStyle.SIZE,
        ArgStyle.HEX);
    put(
        SyscallName.MIGRATE_PAGES,
        ResultStyle.DEC,
        ArgStyle.INT,
        ArgStyle.SIZE,
        ArgStyle.ADDR,
        ArgStyle.ADDR);
    put(
        SyscallName.REMAP_FILE_PAGES,
        ResultStyle.DEC,
        ArgStyle.ADDR,
        ArgStyle.SIZE,
        FlagGroup.PROT,
        ArgStyle.SIZE,
        FlagGroup.MAP);
    put(SyscallName.MAP_SHADOW_STACK, ResultStyle.HEX, ArgStyle.ADDR, ArgStyle.SIZE, ArgStyle.HEX);
    put(
        SyscallName.PRCTL,
        ResultStyle.DEC,
        FlagGroup.PRCTL,
        ArgStyle.HEX,
        ArgStyle.HEX,
        ArgStyle.HEX,
        ArgStyle.HEX);
    put(SyscallName.ARCH_PRCTL, ResultStyle.DEC, FlagGroup.ARCH_PRCTL, ArgStyle.HEX);
    put(SyscallName.SHMGET, ResultStyle.DEC, ArgStyle.KEY, ArgStyle.SIZE, FlagGroup.IPC_GET);
    put(SyscallName.SHMAT, ResultStyle.HEX, ArgStyle.INT, ArgStyle.ADDR, FlagGroup.SHM);
    put(SyscallName.SHMDT, ResultStyle.DEC, ArgStyle.ADDR);
    put(SyscallName.SHMCTL, ResultStyle.DEC, ArgStyle.INT, FlagGroup.SHM_COMMAND, ArgStyle.ADDR);
    put(SyscallName.IO_SETUP, ResultStyle.DEC, ArgStyle.SIZE, ArgStyle.OUT_ADDR);
    put(SyscallName.IO_DESTROY, ResultStyle.DEC, ArgStyle.ADDR);
    put(SyscallName.MEMFD_CREATE, ResultStyle.FD, ArgStyle.STRING, FlagGroup.MFD);
    put(SyscallName.MEMFD_SECRET, ResultStyle.FD, FlagGroup.CLOEXEC);
    put(SyscallName.USERFAULTFD, ResultStyle.FD, FlagGroup.OPEN);
    put(SyscallName.PERSONALITY, ResultStyle.PER, FlagGroup.PERSONALITY);
    put(
        SyscallName.PRLIMIT64,
        ResultStyle.DEC,
        ArgStyle.INT,
        FlagGroup.RLIMIT,
        ArgStyle.VERBATIM,
        ArgStyle.VERBATIM);
    put(SyscallName.SETRLIMIT, ResultStyle.DEC, FlagGroup.RLIMIT, ArgStyle.VERBATIM);
    put(SyscallName.GETRLIMIT, ResultStyle.DEC, FlagGroup.RLIMIT, ArgStyle.VERBATIM);
    put(
        SyscallName.OPENAT,
        ResultStyle.FD,
        ArgStyle.FD,
        ArgStyle.STRING,
        FlagGroup.OPEN,
        ArgStyle.MODE);
    put(SyscallName.OPEN, ResultStyle.FD, ArgStyle.STRING, FlagGroup.OPEN, ArgStyle.MODE);
    put(
        SyscallName.OPENAT2,
        ResultStyle.FD,
        ArgStyle.FD,
        ArgStyle.STRING,
        ArgStyle.VERBATIM,
        ArgStyle.SIZE);
    put(SyscallName.CREAT, ResultStyle.FD, ArgStyle.STRING, ArgStyle.MODE);
    put(SyscallName.CLOSE, ResultStyle.DEC, ArgStyle.FD);
    put(
        SyscallName.CLOSE_RANGE,
        ResultStyle.DEC,
        ArgStyle.SIZE,
        ArgStyle.SIZE,
        FlagGroup.CLOSE_RANGE);
    put(SyscallName.DUP, ResultStyle.FD, ArgStyle.FD);
    put(SyscallName.DUP2, ResultStyle.FD, ArgStyle.FD, ArgStyle.FD);
    put(SyscallName.DUP3, ResultStyle.FD, ArgStyle.FD, ArgStyle.FD, FlagGroup.CLOEXEC);
    put(SyscallName.FTRUNCATE, ResultStyle.DEC, ArgStyle.FD, ArgStyle.SIZE);
    put(SyscallName.TRUNCATE, ResultStyle.DEC, ArgStyle.STRING, ArgStyle.SIZE);
    put(
        SyscallName.FALLOCATE,
        ResultStyle.DEC,
        ArgStyle.FD,
        FlagGroup.FALLOC,
        ArgStyle.SIZE,
        ArgStyle.SIZE);
    put(SyscallName.UNLINK, ResultStyle.DEC, ArgStyle.STRING);
    put(SyscallName.UNLINKAT, ResultStyle.DEC, ArgStyle.FD, ArgStyle.STRING, ArgStyle.HEX);
    put(SyscallName.RENAME, ResultStyle.DEC, ArgStyle.STRING, ArgStyle.STRING);
    put(
        SyscallName.RENAMEAT,
        ResultStyle.DEC,
        ArgStyle.FD,
        ArgStyle.STRING,
        ArgStyle.FD,
        ArgStyle.STRING);
    put(
        SyscallName.RENAMEAT2,
        ResultStyle.DEC,
        ArgStyle.FD,
        ArgStyle.STRING,
        ArgStyle.FD,
        ArgStyle.STRING,
        ArgStyle.HEX);
    put(SyscallName.CHDIR, ResultStyle.DEC, ArgStyle.STRING);
    put(SyscallName.FCHDIR, ResultStyle.DEC, ArgStyle.FD);
    put(SyscallName.CHROOT, ResultStyle.DEC, ArgStyle.STRING);
    put(SyscallName.EXECVE, ResultStyle.DEC, ArgStyle.STRING, ArgStyle.VERBATIM, ArgStyle.VERBATIM);
    put(
        SyscallName.EXECVEAT,
        ResultStyle.DEC,
        ArgStyle.FD,
        ArgStyle.STRING,
        ArgStyle.VERBATIM,
        ArgStyle.VERBATIM,
        ArgStyle.HEX);
    put(SyscallName.CLONE3, ResultStyle.DEC, ArgStyle.VERBATIM, ArgStyle.SIZE);
    put(SyscallName.FORK, ResultStyle.DEC);
    put(SyscallName.VFORK, ResultStyle.DEC);
    put(SyscallName.EXIT, ResultStyle.NONE, ArgStyle.INT);
    put(SyscallName.EXIT_GROUP, ResultStyle.NONE, ArgStyle.INT);
  }

  private static void put(SyscallName name, ResultStyle result, Enum<?>... args) {
    STYLES.put(name, new CallStyle(result, args));
  }

  static @Nullable CallStyle of(SyscallName name) {
    return STYLES.get(name);
  }
}
