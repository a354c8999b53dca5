// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.Advice;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** This process's own memory, by the running kernel. */
final class HostMemory implements TouchedMemory {
  /** All of the address space: what is accessed was mapped by this class. */
  @SuppressWarnings("restricted")
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static long checked(long result) {
    if (NativeCalls.isError(result)) {
      throw new IllegalStateException("the kernel answers " + result);
    }
    return result;
  }

  @Override
  public long map(long bytes, int prot, int flags) {
    return checked(NativeCalls.syscall(SystemCall.MMAP, 0, bytes, prot, flags, -1, 0));
  }

  @Override
  public void unmap(long at, long bytes) {
    checked(NativeCalls.syscall(SystemCall.MUNMAP, at, bytes, 0, 0, 0, 0));
  }

  @Override
  public void protect(long at, long bytes, int prot) {
    checked(NativeCalls.syscall(SystemCall.MPROTECT, at, bytes, prot, 0, 0, 0));
  }

  @Override
  public void discard(long at, long bytes) {
    checked(NativeCalls.syscall(SystemCall.MADVISE, at, bytes, Advice.DONTNEED, 0, 0, 0));
  }

  @Override
  public void store(long at, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, at, value);
  }

  @Override
  public byte load(long at) {
    return ALL.get(ValueLayout.JAVA_BYTE, at);
  }

  @Override
  public void close() {}
}
