// SPDX-License-Identifier: Apache-2.0

/** The memory of an interpreter such as vmx86. */
interface TruffleMemory {
  byte getI8(long address);

  short getI16(long address);

  int getI32(long address);

  long getI64(long address);

  void setI8(long address, byte value);

  void setI16(long address, short value);

  void setI32(long address, int value);

  void setI64(long address, long value);

  long mmap(long address, long length, boolean read, boolean write, boolean execute);

  long mprotect(long address, long length, boolean read, boolean write, boolean execute);

  long munmap(long address, long length);

  long brk(long address);
}
