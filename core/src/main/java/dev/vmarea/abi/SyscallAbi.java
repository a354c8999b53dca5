// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.base.MapFlags;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How programs of one 64-bit architecture number their system calls. Arguments are six registers,
 * the result one, on all of them; which registers those are is the emulator's business.
 */
public enum SyscallAbi {
  /** The table of x86-64. */
  X86_64,
  /** The generic table, as 64-bit Arm uses it. */
  AARCH64,
  /** The generic table, as 64-bit RISC-V uses it; there are no protection keys. */
  RISCV64;

  private final Map<Long, MemoryCall> byNumber = new HashMap<>();

  SyscallAbi() {
    for (MemoryCall call : MemoryCall.values()) {
      byNumber.put((long) (ordinal() == 0 ? call.x86() : call.generic()), call);
    }
  }

  /** The number of {@code call}. */
  public int number(MemoryCall call) {
    return this == X86_64 ? call.x86() : call.generic();
  }

  /**
   * The memory call with this number, or null if the number means something else or nothing.
   *
   * @param number all 64 bits of the register, of which Linux looks at the lower 32 here
   */
  public @Nullable MemoryCall call(long number) {
    return byNumber.get(number & 0xffffffffL);
  }

  /**
   * An address argument without the tag that 64-bit Arm lets programs keep in its top byte (Linux's
   * tagged-address ABI; read, not observed). The other two have no tags unless they ask for them.
   */
  long untagged(long address) {
    boolean tagged = this == AARCH64 && (address >>> 55 & 1) == 0;
    return tagged ? address & (1L << 56) - 1 : address;
  }

  /** MAP_ bits that mean nothing here: MAP_32BIT and MAP_ABOVE4G are of x86 only. */
  int foreignMapFlags() {
    return this == X86_64 ? 0 : MapFlags.BIT32 | MapFlags.ABOVE4G;
  }

  /** Whether processors of this kind may have protection keys. */
  boolean knowsProtectionKeys() {
    return this != RISCV64;
  }
}
