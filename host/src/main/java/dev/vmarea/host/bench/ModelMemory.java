// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.Cpu;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Advice;

/** The model's memory, through the accessor of the thread that made this. */
final class ModelMemory implements TouchedMemory {
  private final ModelSubject model = new ModelSubject();
  private final Syscalls calls = model.space().syscalls();
  private final Cpu cpu = model.space().cpu();

  private static long checked(long result) {
    if (result < 0) {
      throw new IllegalStateException("the model answers " + result);
    }
    return result;
  }

  @Override
  public long map(long bytes, int prot, int flags) {
    return checked(calls.mmap(0, bytes, prot, flags, null, 0));
  }

  @Override
  public void unmap(long at, long bytes) {
    checked(calls.munmap(at, bytes));
  }

  @Override
  public void protect(long at, long bytes, int prot) {
    checked(calls.mprotect(at, bytes, prot));
  }

  @Override
  public void discard(long at, long bytes) {
    checked(calls.madvise(at, bytes, Advice.DONTNEED));
  }

  @Override
  public void store(long at, byte value) {
    cpu.storeByte(at, value);
  }

  @Override
  public byte load(long at) {
    return cpu.loadByte(at);
  }

  @Override
  public void close() {
    cpu.close();
    model.space().exit();
  }
}
