// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.Translations;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.IntBinaryOperator;

/**
 * Atomic operations of one thread on an address space's memory: none of another thread, in this
 * address space or in another one that shares the memory, comes between. Names and orders are those
 * of {@link VarHandle}: what changes memory is sequentially consistent, a load can acquire, a store
 * can release. A release and an acquire behind it may swap, as on x86 plain ones may; for an
 * architecture that forbids it (aarch64's STLR and LDAR), {@link VarHandle#fullFence} between them.
 *
 * <p>Addresses are multiples of the value's size. Any other is refused by {@link
 * MemoryFault.Cause#ALIGNMENT} before anything is translated, as aarch64 does and as Linux on x86
 * does for accesses across cache lines with {@code split_lock_detect=fatal}; an emulator of a
 * processor that allows them stops its other threads and uses plain accesses.
 *
 * <p>What can change memory needs the right to write even where it changes nothing, like a {@link
 * #compareAndSetInt} that finds another value; the page is then faulted in, or copied, for writing.
 *
 * <p>Device memory ({@link dev.vmarea.memory.DeviceMemory}) has none of these operations, not even
 * loads and stores with an order: they are {@link MemoryFault.Cause#BUS}, and the device is not
 * asked.
 */
public final class Atomics {
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
  private static final VarHandle SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final Cpu cpu;
  private final Translations reads;
  private final Translations writes;

  Atomics(Cpu cpu, Translations reads, Translations writes) {
    this.cpu = cpu;
    this.reads = reads;
    this.writes = writes;
  }

  private int readable(long address, int bytes) {
    checkAligned(address, bytes);
    return inMemory(cpu.readable(address), address);
  }

  private int writable(long address, int bytes) {
    checkAligned(address, bytes);
    return inMemory(cpu.writable(address), address);
  }

  private static int inMemory(int slot, long address) {
    if (slot == Translations.DEVICE) {
      throw new MemoryFault(MemoryFault.Cause.BUS, address);
    }
    return slot;
  }

  private static void checkAligned(long address, int bytes) {
    if ((address & bytes - 1) != 0) {
      throw new MemoryFault(MemoryFault.Cause.ALIGNMENT, address);
    }
  }

  /** Loads the byte at {@code address}; later accesses come behind. */
  public byte loadAcquireByte(long address) {
    int slot = readable(address, Byte.BYTES);
    return (byte) BYTE.getAcquire(reads.memory(slot), reads.offset(slot, address));
  }

  /** Stores the byte at {@code address}; earlier accesses come before. */
  public void storeReleaseByte(long address, byte value) {
    int slot = writable(address, Byte.BYTES);
    BYTE.setRelease(writes.memory(slot), writes.offset(slot, address), value);
  }

  /**
   * Puts {@code value} in the place of the byte at {@code address} if they are {@code expected}.
   *
   * @return whether they were
   */
  public boolean compareAndSetByte(long address, byte expected, byte value) {
    return compareAndExchangeByte(address, expected, value) == expected;
  }

  /** The same; returns what was there. */
  public byte compareAndExchangeByte(long address, byte expected, byte value) {
    return (byte) exchangePart(address, Byte.BYTES, expected, value);
  }

  /** Puts {@code value} in the place of the byte at {@code address}, which is returned. */
  public byte getAndSetByte(long address, byte value) {
    return (byte) updatePart(address, Byte.BYTES, (old, other) -> other, value);
  }

  /** Adds to the byte at {@code address} and returns what it was. */
  public byte getAndAddByte(long address, byte delta) {
    return (byte) updatePart(address, Byte.BYTES, Integer::sum, delta);
  }

  /** Takes away bits of the byte at {@code address} and returns what it was. */
  public byte getAndBitwiseAndByte(long address, byte mask) {
    return (byte) updatePart(address, Byte.BYTES, (old, bits) -> old & bits, mask);
  }

  /** Adds bits to the byte at {@code address} and returns what it was. */
  public byte getAndBitwiseOrByte(long address, byte mask) {
    return (byte) updatePart(address, Byte.BYTES, (old, bits) -> old | bits, mask);
  }

  /** Inverts bits of the byte at {@code address} and returns what it was. */
  public byte getAndBitwiseXorByte(long address, byte mask) {
    return (byte) updatePart(address, Byte.BYTES, (old, bits) -> old ^ bits, mask);
  }

  /** Loads the 16 bits at {@code address}; later accesses come behind. */
  public short loadAcquireShort(long address) {
    int slot = readable(address, Short.BYTES);
    return (short) SHORT.getAcquire(reads.memory(slot), reads.offset(slot, address));
  }

  /** Stores the 16 bits at {@code address}; earlier accesses come before. */
  public void storeReleaseShort(long address, short value) {
    int slot = writable(address, Short.BYTES);
    SHORT.setRelease(writes.memory(slot), writes.offset(slot, address), value);
  }

  /**
   * Puts {@code value} in the place of the 16 bits at {@code address} if they are {@code expected}.
   *
   * @return whether they were
   */
  public boolean compareAndSetShort(long address, short expected, short value) {
    return compareAndExchangeShort(address, expected, value) == expected;
  }

  /** The same; returns what was there. */
  public short compareAndExchangeShort(long address, short expected, short value) {
    return (short) exchangePart(address, Short.BYTES, expected, value);
  }

  /** Puts {@code value} in the place of the 16 bits at {@code address}, which is returned. */
  public short getAndSetShort(long address, short value) {
    return (short) updatePart(address, Short.BYTES, (old, other) -> other, value);
  }

  /** Adds to the 16 bits at {@code address} and returns what it was. */
  public short getAndAddShort(long address, short delta) {
    return (short) updatePart(address, Short.BYTES, Integer::sum, delta);
  }

  /** Takes away bits of the 16 bits at {@code address} and returns what it was. */
  public short getAndBitwiseAndShort(long address, short mask) {
    return (short) updatePart(address, Short.BYTES, (old, bits) -> old & bits, mask);
  }

  /** Adds bits to the 16 bits at {@code address} and returns what it was. */
  public short getAndBitwiseOrShort(long address, short mask) {
    return (short) updatePart(address, Short.BYTES, (old, bits) -> old | bits, mask);
  }

  /** Inverts bits of the 16 bits at {@code address} and returns what it was. */
  public short getAndBitwiseXorShort(long address, short mask) {
    return (short) updatePart(address, Short.BYTES, (old, bits) -> old ^ bits, mask);
  }

  /** Loads the 32 bits at {@code address}; later accesses come behind. */
  public int loadAcquireInt(long address) {
    int slot = readable(address, Integer.BYTES);
    return (int) INT.getAcquire(reads.memory(slot), reads.offset(slot, address));
  }

  /** Stores the 32 bits at {@code address}; earlier accesses come before. */
  public void storeReleaseInt(long address, int value) {
    int slot = writable(address, Integer.BYTES);
    INT.setRelease(writes.memory(slot), writes.offset(slot, address), value);
  }

  /**
   * Puts {@code value} in the place of the 32 bits at {@code address} if they are {@code expected}.
   *
   * @return whether they were
   */
  public boolean compareAndSetInt(long address, int expected, int value) {
    return compareAndExchangeInt(address, expected, value) == expected;
  }

  /** The same; returns what was there. */
  public int compareAndExchangeInt(long address, int expected, int value) {
    int slot = writable(address, Integer.BYTES);
    return (int)
        INT.compareAndExchange(writes.memory(slot), writes.offset(slot, address), expected, value);
  }

  /** Puts {@code value} in the place of the 32 bits at {@code address}, which is returned. */
  public int getAndSetInt(long address, int value) {
    int slot = writable(address, Integer.BYTES);
    return (int) INT.getAndSet(writes.memory(slot), writes.offset(slot, address), value);
  }

  /** Adds to the 32 bits at {@code address} and returns what it was. */
  public int getAndAddInt(long address, int delta) {
    int slot = writable(address, Integer.BYTES);
    return (int) INT.getAndAdd(writes.memory(slot), writes.offset(slot, address), delta);
  }

  /** Takes away bits of the 32 bits at {@code address} and returns what it was. */
  public int getAndBitwiseAndInt(long address, int mask) {
    int slot = writable(address, Integer.BYTES);
    return (int) INT.getAndBitwiseAnd(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** Adds bits to the 32 bits at {@code address} and returns what it was. */
  public int getAndBitwiseOrInt(long address, int mask) {
    int slot = writable(address, Integer.BYTES);
    return (int) INT.getAndBitwiseOr(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** Inverts bits of the 32 bits at {@code address} and returns what it was. */
  public int getAndBitwiseXorInt(long address, int mask) {
    int slot = writable(address, Integer.BYTES);
    return (int) INT.getAndBitwiseXor(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** Loads the 64 bits at {@code address}; later accesses come behind. */
  public long loadAcquireLong(long address) {
    int slot = readable(address, Long.BYTES);
    return (long) LONG.getAcquire(reads.memory(slot), reads.offset(slot, address));
  }

  /** Stores the 64 bits at {@code address}; earlier accesses come before. */
  public void storeReleaseLong(long address, long value) {
    int slot = writable(address, Long.BYTES);
    LONG.setRelease(writes.memory(slot), writes.offset(slot, address), value);
  }

  /**
   * Puts {@code value} in the place of the 64 bits at {@code address} if they are {@code expected}.
   *
   * @return whether they were
   */
  public boolean compareAndSetLong(long address, long expected, long value) {
    return compareAndExchangeLong(address, expected, value) == expected;
  }

  /** The same; returns what was there. */
  public long compareAndExchangeLong(long address, long expected, long value) {
    int slot = writable(address, Long.BYTES);
    return (long)
        LONG.compareAndExchange(writes.memory(slot), writes.offset(slot, address), expected, value);
  }

  /** Puts {@code value} in the place of the 64 bits at {@code address}, which is returned. */
  public long getAndSetLong(long address, long value) {
    int slot = writable(address, Long.BYTES);
    return (long) LONG.getAndSet(writes.memory(slot), writes.offset(slot, address), value);
  }

  /** Adds to the 64 bits at {@code address} and returns what it was. */
  public long getAndAddLong(long address, long delta) {
    int slot = writable(address, Long.BYTES);
    return (long) LONG.getAndAdd(writes.memory(slot), writes.offset(slot, address), delta);
  }

  /** Takes away bits of the 64 bits at {@code address} and returns what it was. */
  public long getAndBitwiseAndLong(long address, long mask) {
    int slot = writable(address, Long.BYTES);
    return (long) LONG.getAndBitwiseAnd(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** Adds bits to the 64 bits at {@code address} and returns what it was. */
  public long getAndBitwiseOrLong(long address, long mask) {
    int slot = writable(address, Long.BYTES);
    return (long) LONG.getAndBitwiseOr(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** Inverts bits of the 64 bits at {@code address} and returns what it was. */
  public long getAndBitwiseXorLong(long address, long mask) {
    int slot = writable(address, Long.BYTES);
    return (long) LONG.getAndBitwiseXor(writes.memory(slot), writes.offset(slot, address), mask);
  }

  /** What lies in a part of a 32-bit word, which no page border cuts, is changed with the word. */
  private int updatePart(long address, int bytes, IntBinaryOperator operation, int operand) {
    int slot = writable(address, bytes);
    MemorySegment memory = writes.memory(slot);
    long word = writes.offset(slot, address) & -Integer.BYTES;
    int shift = shift(address);
    int mask = mask(bytes);
    while (true) {
      int before = (int) INT.getVolatile(memory, word);
      int old = before >>> shift & mask;
      int value = operation.applyAsInt(old, operand) & mask;
      int after = before & ~(mask << shift) | value << shift;
      if (INT.compareAndSet(memory, word, before, after)) {
        return old;
      }
    }
  }

  private int exchangePart(long address, int bytes, int expected, int value) {
    int slot = writable(address, bytes);
    MemorySegment memory = writes.memory(slot);
    long word = writes.offset(slot, address) & -Integer.BYTES;
    int shift = shift(address);
    int mask = mask(bytes);
    while (true) {
      int before = (int) INT.getVolatile(memory, word);
      int old = before >>> shift & mask;
      int after = before & ~(mask << shift) | (value & mask) << shift;
      if (old != (expected & mask) || INT.compareAndSet(memory, word, before, after)) {
        return old;
      }
    }
  }

  /** Where in its word the part begins: the word is little-endian. */
  private static int shift(long address) {
    return 8 * (int) (address & Integer.BYTES - 1);
  }

  private static int mask(int bytes) {
    return (1 << 8 * bytes) - 1;
  }
}
