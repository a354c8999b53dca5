// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.AddressSpace;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.mapping.ProcessControlOperation;
import dev.vmarea.mapping.ProcessControlOperation.MemoryMap;
import org.jspecify.annotations.Nullable;

/** prctl(2), the options that bear on memory. */
final class ControlCalls {
  private static final int PR_SET_MM = 35;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_GET_MDWE = 66;
  private static final int PR_SET_MEMORY_MERGE = 67;
  private static final int PR_GET_MEMORY_MERGE = 68;
  private static final int PR_SET_VMA = 0x53564d41;
  private static final long PR_SET_VMA_ANON_NAME = 0;
  private static final int MAX_NAME = 79;

  private final AddressSpace space;
  private final Syscalls calls;
  private final UserMemory memory;

  ControlCalls(AddressSpace space, Syscalls calls, UserMemory memory) {
    this.space = space;
    this.calls = calls;
    this.memory = memory;
  }

  /** The result, or NOT_HANDLED for other options. */
  long prctl(int option, long a1, long a2, long a3, long a4) throws ErrnoException {
    return switch (option) {
      case PR_SET_MM -> setMemoryMap((int) a1, a2, a3, a4);
      case PR_SET_THP_DISABLE -> calls.prctlSetThpDisable(a1, a2, a3, a4);
      case PR_SET_MDWE -> calls.prctlSetMdwe(a1, a2, a3, a4);
      case PR_GET_MDWE -> calls.prctlGetMdwe(a1, a2, a3, a4);
      case PR_SET_MEMORY_MERGE -> calls.prctlSetMemoryMerge(a1, a2, a3, a4);
      case PR_GET_MEMORY_MERGE -> calls.prctlGetMemoryMerge(a1, a2, a3, a4);
      case PR_SET_VMA -> setName(a1, a2, a3, a4);
      default -> RawSyscalls.NOT_HANDLED;
    };
  }

  private long setName(long what, long address, long length, long name) throws ErrnoException {
    if (what != PR_SET_VMA_ANON_NAME || !space.machine().kernel().config().anonNames()) {
      throw Errno.EINVAL.failure();
    }
    String text = name == 0 ? null : memory.readString(name, MAX_NAME);
    return calls.setVmaAnonName(address, length, text);
  }

  private long setMemoryMap(int option, long address, long a3, long a4) throws ErrnoException {
    MemoryMap map = option == ProcessControlOperation.PR_SET_MM_MAP ? memoryMap(address) : null;
    long result = calls.prctlSetMm(option, address, a3, a4, map);
    if (result == 0 && option == ProcessControlOperation.PR_SET_MM_MAP_SIZE) {
      memory.writeInt(address, ProcessControlOperation.MM_MAP_SIZE);
    }
    return result;
  }

  /** {@code struct prctl_mm_map}, or null if it cannot be read. */
  private @Nullable MemoryMap memoryMap(long at) {
    long[] fields = new long[12];
    int auxvSize;
    int executable;
    try {
      for (int i = 0; i < fields.length; i++) {
        fields[i] = memory.readLong(at + (long) i * Long.BYTES);
      }
      auxvSize = memory.readInt(at + 96);
      executable = memory.readInt(at + 100);
    } catch (ErrnoException unreadable) {
      return null;
    }
    return new MemoryMap(
        fields[0],
        fields[1],
        fields[2],
        fields[3],
        fields[4],
        fields[5],
        fields[6],
        fields[7],
        fields[8],
        fields[9],
        fields[10],
        fields[11],
        Integer.toUnsignedLong(auxvSize),
        executable);
  }
}
