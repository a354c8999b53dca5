// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Syscalls;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;

/**
 * Memory as interpreters on Truffle have it, such as vmx86: a method for each width, and calls that
 * return what the guest's system call returns.
 */
final class TruffleStyle implements TruffleMemory {
  private final Cpu cpu;
  private final Syscalls calls;

  TruffleStyle(AddressSpace space, Cpu cpu) {
    this.cpu = cpu;
    this.calls = space.syscalls();
  }

  @Override
  public byte getI8(long address) {
    return cpu.loadByte(address);
  }

  @Override
  public short getI16(long address) {
    return cpu.loadShort(address);
  }

  @Override
  public int getI32(long address) {
    return cpu.loadInt(address);
  }

  @Override
  public long getI64(long address) {
    return cpu.loadLong(address);
  }

  @Override
  public void setI8(long address, byte value) {
    cpu.storeByte(address, value);
  }

  @Override
  public void setI16(long address, short value) {
    cpu.storeShort(address, value);
  }

  @Override
  public void setI32(long address, int value) {
    cpu.storeInt(address, value);
  }

  @Override
  public void setI64(long address, long value) {
    cpu.storeLong(address, value);
  }

  private static int protection(boolean read, boolean write, boolean execute) {
    return (read ? Prot.READ : 0) | (write ? Prot.WRITE : 0) | (execute ? Prot.EXEC : 0);
  }

  @Override
  public long mmap(long address, long length, boolean read, boolean write, boolean execute) {
    int flags = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    return calls.mmap(address, length, protection(read, write, execute), flags, null, 0);
  }

  @Override
  public long mprotect(long address, long length, boolean read, boolean write, boolean execute) {
    return calls.mprotect(address, length, protection(read, write, execute));
  }

  @Override
  public long munmap(long address, long length) {
    return calls.munmap(address, length);
  }

  @Override
  public long brk(long address) {
    return calls.brk(address);
  }
}
