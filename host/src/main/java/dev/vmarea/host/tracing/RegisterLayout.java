// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

import dev.vmarea.host.nativecalls.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where the registers of a system call stand in {@code NT_PRSTATUS}: x86-64 {@code
 * user_regs_struct}, aarch64 {@code user_pt_regs}. The aarch64 half is by the book, not tried.
 *
 * @param instructionBytes length of the instruction that enters the kernel
 * @param instructionPointer offset of the program counter, in bytes
 * @param number offset of the register that holds the call's number
 * @param arguments offsets of the six argument registers
 */
@SuppressWarnings("ArrayRecordComponent") // constants, never compared
public record RegisterLayout(
    int instructionBytes, int instructionPointer, int number, int[] arguments) {

  /** The layout on {@code architecture}. */
  public static RegisterLayout of(final Architecture architecture) {
    return switch (architecture) {
      // syscall; rip; rax; rdi, rsi, rdx, r10, r8, r9
      case X86_64 -> new RegisterLayout(2, 128, 80, new int[] {112, 104, 96, 56, 72, 64});
      // svc #0; pc; x8; x0 to x5
      case AARCH64 -> new RegisterLayout(4, 256, 64, new int[] {0, 8, 16, 24, 32, 40});
    };
  }

  /**
   * Registers for making a call once more.
   *
   * @param atExit the registers of a thread that stands just behind a system call
   * @param call the number of the call to make
   * @param values its arguments, at most six
   */
  public byte[] calling(final byte[] atExit, final long call, final long... values) {
    final ByteBuffer registers = ByteBuffer.wrap(atExit.clone()).order(ByteOrder.nativeOrder());
    registers.putLong(instructionPointer, registers.getLong(instructionPointer) - instructionBytes);
    for (int i = 0; i < arguments.length; i++) {
      registers.putLong(arguments[i], i < values.length ? values[i] : 0);
    }
    registers.putLong(number, call);
    return registers.array();
  }
}
