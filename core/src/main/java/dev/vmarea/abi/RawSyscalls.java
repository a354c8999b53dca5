// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * The memory calls of one thread as its program makes them: a number and six registers in, a value
 * or {@code -errno} out, by the numbering of the program's architecture.
 *
 * <p>Every register is taken for what Linux takes it: of an {@code int} the upper half is ignored,
 * where the kernel looks at all 64 bits it counts; pointers are followed with the caller's rights,
 * and one that leads nowhere is EFAULT. Structures are those of 64-bit, little-endian programs.
 * What is no call about memory is left to the emulator:
 *
 * {@snippet :
 * long result = calls.call(number, a0, a1, a2, a3, a4, a5);
 * if (result == RawSyscalls.NOT_HANDLED) {
 *   result = myOwnCalls(number, a0, a1, a2, a3, a4, a5);
 * }
 * }
 *
 * <p>For the thread that its {@link Cpu} is for. Observed on Linux 6.18.
 */
public final class RawSyscalls {
  /**
   * What {@link #call} returns for what is not handled here; never the result of a call. Nothing
   * was done then.
   */
  public static final long NOT_HANDLED = Long.MIN_VALUE;

  /** A bit that no call knows as a flag of protection, mmap, mremap or remap_file_pages. */
  private static final int UNKNOWN_BIT = 1 << 31;

  private final AddressSpace space;
  private final SyscallAbi abi;
  private final DescriptorTable descriptors;
  private final Syscalls calls;
  private final UserMemory memory;
  private final VectorCalls vectors;
  private final SegmentCalls segments;
  private final ControlCalls controls;
  private final LimitCalls limits;

  /** Calls of the address space's own process. */
  public RawSyscalls(AddressSpace space, Cpu cpu, SyscallAbi abi, DescriptorTable descriptors) {
    this(space, space.task(), cpu, abi, descriptors);
  }

  /**
   * Calls of a process that shares the memory.
   *
   * @param task whose limits and capabilities count
   * @param cpu the calling thread's accessor of {@code space}, which stays the caller's to close
   * @param descriptors what descriptors of that process refer to
   */
  public RawSyscalls(
      AddressSpace space, Task task, Cpu cpu, SyscallAbi abi, DescriptorTable descriptors) {
    this.space = space;
    this.abi = abi;
    this.descriptors = descriptors;
    this.calls = space.syscalls(task);
    this.memory = new UserMemory(cpu);
    this.vectors = new VectorCalls(space, calls, memory, descriptors);
    this.segments = new SegmentCalls(space.machine(), calls, memory);
    this.controls = new ControlCalls(space, calls, memory);
    this.limits = new LimitCalls(task, calls, memory);
  }

  /** Whether some call with this number is handled: of prctl and the like not each. */
  public boolean isMemoryCall(long number) {
    return abi.call(number) != null;
  }

  /**
   * Makes a call.
   *
   * @param number of the call, by the numbering of the architecture
   * @param a0 the first argument's register; those that the call does not take are not looked at
   * @return a value, {@code -errno} ({@link Errno#isError}), or {@link #NOT_HANDLED}
   */
  public long call(long number, long a0, long a1, long a2, long a3, long a4, long a5) {
    MemoryCall call = abi.call(number);
    if (call == null) {
      return NOT_HANDLED;
    }
    try {
      return dispatch(call, a0, a1, a2, a3, a4, a5);
    } catch (ErrnoException failed) {
      return failed.errno().negated();
    }
  }

  private long dispatch(MemoryCall call, long a0, long a1, long a2, long a3, long a4, long a5)
      throws ErrnoException {
    long at = abi.untagged(a0); // for calls that take an address of their caller's memory
    return switch (call) {
      case MMAP -> map(a0, a1, (int) a2, a3, (int) a4, a5);
      case MUNMAP -> calls.munmap(at, a1);
      case MPROTECT -> calls.mprotect(at, a1, allBits(a2));
      case PKEY_MPROTECT ->
          abi.knowsProtectionKeys()
              ? calls.pkeyMprotect(at, a1, allBits(a2), (int) a3)
              : Errno.ENOSYS.negated();
      case PKEY_ALLOC -> allocateKey(a0, a1);
      case PKEY_FREE ->
          abi.knowsProtectionKeys() ? calls.pkeyFree((int) a0) : Errno.ENOSYS.negated();
      case MREMAP -> calls.mremap(at, a1, a2, allBits(a3), a4);
      case BRK -> calls.brk(a0);
      case MADVISE -> calls.madvise(at, a1, (int) a2);
      case PROCESS_MADVISE -> vectors.processMadvise((int) a0, a1, (int) a2, (int) a3, (int) a4);
      case MLOCK -> calls.mlock(at, a1);
      case MLOCK2 -> calls.mlock2(at, a1, (int) a2);
      case MUNLOCK -> calls.munlock(at, a1);
      case MLOCKALL -> calls.mlockall((int) a0);
      case MUNLOCKALL -> calls.munlockall();
      case MSYNC -> calls.msync(at, a1, (int) a2);
      case MINCORE -> calls.mincore(at, a1, a2);
      case MSEAL -> calls.mseal(at, a1, a2);
      case MBIND -> calls.mbind(at, a1, (int) a2, vectors.nodeMask(a3, a4), (int) a5);
      case SET_MEMPOLICY_HOME_NODE -> calls.setMempolicyHomeNode(at, a1, a2, a3);
      case REMAP_FILE_PAGES -> calls.remapFilePages(a0, a1, allBits(a2), a3, (int) a4);
      case SHMGET -> calls.shmget((int) a0, a1, (int) a2);
      case SHMCTL -> segments.control((int) a0, (int) a1, a2);
      case SHMAT -> calls.shmat((int) a0, a1, (int) a2);
      case SHMDT -> calls.shmdt(a0);
      case IO_SETUP -> ioSetup((int) a0, a1);
      case IO_DESTROY -> calls.ioDestroy(a0);
      case MEMFD_CREATE -> memfd(a0, (int) a1);
      case MEMFD_SECRET -> secret((int) a0);
      case PRCTL -> controls.prctl((int) a0, a1, a2, a3, a4);
      case PRLIMIT64 -> limits.prlimit((int) a0, (int) a1, a2, a3);
      case GETRLIMIT -> limits.get((int) a0, a1);
      case SETRLIMIT -> limits.set((int) a0, a1);
      case PERSONALITY -> calls.personality(a0);
    };
  }

  /** An argument that Linux looks at in full, where the call's typed form has an int. */
  private static int allBits(long argument) {
    int low = (int) argument;
    return argument >>> Integer.SIZE == 0 ? low : low | UNKNOWN_BIT;
  }

  /** Only MAP_SHARED_VALIDATE, of a file, looks at flags it does not know. */
  private long map(long address, long length, int prot, long flags, int fd, long offset) {
    if (((int) flags & MapFlags.ANONYMOUS) != 0) {
      return calls.mmap(address, length, prot, native32(flags), null, offset);
    }
    boolean validates = ((int) flags & MapFlags.TYPE) == MapFlags.SHARED_VALIDATE;
    int known = native32(flags);
    if (validates && known != flags) {
      known |= UNKNOWN_BIT;
    }
    OpenFile file = descriptors.hold(fd);
    try {
      return calls.mmap(address, length, prot, known, file, offset);
    } finally {
      put(file);
    }
  }

  private int native32(long flags) {
    return (int) flags & ~abi.foreignMapFlags();
  }

  private static void put(@Nullable OpenFile file) {
    if (file != null) {
      file.put();
    }
  }

  /** Processors that have keys are not modelled. */
  private long allocateKey(long flags, long rights) {
    if (space.machine().kernel().config().pkeys()) {
      return NOT_HANDLED;
    }
    return switch (abi) {
      case X86_64 -> calls.pkeyAlloc(flags, rights);
      case AARCH64 -> {
        long result = calls.pkeyAlloc(flags, rights);
        boolean argumentsAreGood = flags == 0 && rights >>> 2 == 0;
        yield argumentsAreGood ? Errno.ENOSPC.negated() : result;
      }
      case RISCV64 -> Errno.ENOSYS.negated();
    };
  }

  private long ioSetup(int requests, long pointer) throws ErrnoException {
    long context = calls.ioSetup(requests, memory.readLong(pointer));
    if (Errno.isError(context)) {
      return context;
    }
    try {
      memory.writeLong(pointer, context);
    } catch (ErrnoException unwritable) {
      calls.ioDestroy(context);
      throw unwritable;
    }
    return 0;
  }

  private long memfd(long name, int flags) throws ErrnoException {
    MemoryFiles.checkMemfdFlags(flags);
    String text = memory.readString(name, MemoryFiles.MFD_NAME_MAX);
    OpenFile file = space.machine().files().memfd(text, flags);
    return install(file, (flags & MemoryFiles.MFD_CLOEXEC) != 0);
  }

  private long secret(int flags) throws ErrnoException {
    return install(space.machine().files().secret(flags), flags != 0);
  }

  private long install(OpenFile file, boolean closeOnExec) throws ErrnoException {
    try {
      return descriptors.install(file, closeOnExec);
    } catch (ErrnoException full) {
      file.put();
      throw full;
    }
  }
}
