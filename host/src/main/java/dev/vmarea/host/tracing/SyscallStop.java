// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

/**
 * What the kernel says about a stop at a system call ({@code PTRACE_GET_SYSCALL_INFO}).
 *
 * @param kind where the thread stands
 * @param auditArch the architecture of the call ({@code AUDIT_ARCH_*}): a 64-bit process can make
 *     32-bit calls
 * @param instructionPointer the program counter
 * @param number the call's number; -1 at an exit
 * @param arguments the six arguments; all 0 at an exit
 * @param result the value or negated errno; 0 at an entry
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, read once
public record SyscallStop(
    Kind kind, int auditArch, long instructionPointer, long number, long[] arguments, long result) {

  /** Where in a system call a thread stands. */
  public enum Kind {
    /** Not at a system call. */
    NONE,
    /** Before the call. */
    ENTRY,
    /** After the call. */
    EXIT,
    /** Before the call, because a seccomp filter asked for it. */
    SECCOMP
  }
}
