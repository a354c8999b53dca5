// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.Cpu;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.fault.MemoryFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a call's pointers lead to, read and written as the kernel does on the caller's behalf: with
 * the caller's rights, faulting pages in, EFAULT in place of a signal. Little-endian.
 */
final class UserMemory {
  private final Cpu cpu;

  UserMemory(Cpu cpu) {
    this.cpu = cpu;
  }

  /** The caller's accessor. */
  Cpu cpu() {
    return cpu;
  }

  int readInt(long address) throws ErrnoException {
    try {
      return cpu.loadInt(address);
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
  }

  long readLong(long address) throws ErrnoException {
    try {
      return cpu.loadLong(address);
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
  }

  void writeInt(long address, int value) throws ErrnoException {
    try {
      cpu.storeInt(address, value);
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
  }

  void writeLong(long address, long value) throws ErrnoException {
    try {
      cpu.storeLong(address, value);
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
  }

  void write(long address, byte[] bytes) throws ErrnoException {
    try {
      cpu.store(address, bytes, 0, bytes.length);
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
  }

  /**
   * A string up to its zero byte, bytes as ISO-8859-1.
   *
   * @param most bytes that it may have, without the zero
   * @throws ErrnoException EFAULT if it cannot be read; EINVAL if it is longer
   */
  String readString(long address, int most) throws ErrnoException {
    byte[] bytes = new byte[most];
    try {
      for (int i = 0; i <= most; i++) {
        byte b = cpu.loadByte(address + i);
        if (b == 0) {
          return new String(Arrays.copyOf(bytes, i), StandardCharsets.ISO_8859_1);
        }
        if (i < most) {
          bytes[i] = b;
        }
      }
    } catch (MemoryFault fault) {
      throw Errno.EFAULT.failure();
    }
    throw Errno.EINVAL.failure();
  }
}
