// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.memory.DeviceMemory;

/**
 * The registers of the device, 32 bits each: {@link #ID} says what it is, {@link #SCRATCH} keeps
 * what is stored, {@link #DOORBELL} counts the stores to it. Behind them all bits read as ones, and
 * stores go nowhere. Thread-safe.
 */
public final class PciRegisters implements DeviceMemory {
  /** Offset of what the device is: always {@link #IDENTITY}. */
  public static final long ID = 0;

  /** Offset of a register to try. */
  public static final long SCRATCH = 4;

  /** Offset of the doorbell: a store of anything rings. */
  public static final long DOORBELL = 8;

  /** What {@link #ID} reads as. */
  public static final int IDENTITY = 0x56_4d_41_52;

  private int scratch;
  private int rings;

  PciRegisters() {}

  /** How often the doorbell rang. */
  public synchronized int rings() {
    return rings;
  }

  @Override
  public synchronized long load(long offset, int bytes) {
    if (bytes == Long.BYTES) {
      long low = Integer.toUnsignedLong(register(offset));
      return low | (long) register(offset + Integer.BYTES) << Integer.SIZE;
    }
    return Integer.toUnsignedLong(register(offset & -Integer.BYTES)) >>> shift(offset);
  }

  private int register(long offset) {
    if (offset == ID) {
      return IDENTITY;
    } else if (offset == SCRATCH) {
      return scratch;
    }
    return offset == DOORBELL ? rings : -1;
  }

  @Override
  public synchronized void store(long offset, int bytes, long value) {
    if (bytes == Long.BYTES) {
      store(offset, Integer.BYTES, value);
      store(offset + Integer.BYTES, Integer.BYTES, value >>> Integer.SIZE);
      return;
    }
    long register = offset & -Integer.BYTES;
    if (register == SCRATCH) {
      int mask = (int) (-1L >>> Long.SIZE - Byte.SIZE * bytes) << shift(offset);
      scratch = scratch & ~mask | (int) value << shift(offset) & mask;
    } else if (register == DOORBELL) {
      rings++;
    }
  }

  private static int shift(long offset) {
    return (int) (offset & Integer.BYTES - 1) * Byte.SIZE;
  }
}
