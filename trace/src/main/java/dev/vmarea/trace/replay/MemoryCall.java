// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A memory call with its arguments decoded, detached from the log. Immutable.
 *
 * @param call which one
 * @param a0 first argument; all arguments as the kernel gets them, 64 bits
 * @param a1 second argument
 * @param a2 third argument; for io_setup the context that it made
 * @param a3 fourth argument
 * @param a4 fifth argument
 * @param a5 sixth argument
 * @param file the open file behind the descriptor argument, or null if there is none
 * @param name the string argument (an anonymous name), bytes as ISO-8859-1, or null
 * @param numbers for process_madvise start, length, start, length, …; for mbind the node mask
 */
public record MemoryCall(
    SyscallName call,
    long a0,
    long a1,
    long a2,
    long a3,
    long a4,
    long a5,
    @Nullable OpenFile file,
    @Nullable String name,
    List<Long> numbers) {

  /** Keeps its own copy of the list. */
  public MemoryCall {
    numbers = List.copyOf(numbers);
  }

  /** A call with numbers only; arguments that it does not have are 0. */
  public static MemoryCall of(
      SyscallName call, long a0, long a1, long a2, long a3, long a4, long a5) {
    return new MemoryCall(call, a0, a1, a2, a3, a4, a5, null, null, List.of());
  }

  /**
   * The call that has the same effect at {@code address}, which the kernel chose: a mapping with
   * MAP_FIXED, a move with MREMAP_FIXED, and so on.
   */
  public MemoryCall at(long address) {
    return ModelCalls.at(this, address);
  }

  /** The same of another open file. */
  public MemoryCall withFile(@Nullable OpenFile openFile) {
    return new MemoryCall(call, a0, a1, a2, a3, a4, a5, openFile, name, numbers);
  }

  MemoryCall withName(@Nullable String text) {
    return new MemoryCall(call, a0, a1, a2, a3, a4, a5, file, text, numbers);
  }

  MemoryCall withNumbers(List<Long> all) {
    return new MemoryCall(call, a0, a1, a2, a3, a4, a5, file, name, all);
  }

  /** mmap with another address and other flags. */
  MemoryCall mappedAt(long address, long flags) {
    return new MemoryCall(call, address, a1, a2, flags, a4, a5, file, name, numbers);
  }

  /**
   * Whether the call takes memory away, so that in a log its effect mostly belongs to the line
   * where it began; others hand memory out, and take effect where they return.
   */
  boolean takesEffectAtEntry() {
    return switch (call) {
      case MUNMAP, SHMDT, IO_DESTROY -> true;
      default -> false;
    };
  }

  /** Whether the result is an address that the kernel chose or confirmed. */
  public boolean returnsAddress() {
    return switch (call) {
      case MMAP, MREMAP, BRK, SHMAT, IO_SETUP -> true;
      default -> false;
    };
  }
}
