// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.memory.DeviceMemory;

/**
 * What is behind a region: the registers of a queue of commands for the translation unit, in its
 * first 16 bytes; the rest reads as zero. Registers have 4 bytes, narrower stores do nothing. The
 * program puts commands into memory, which is not looked at here, moves the producer index on and
 * rings; the device takes them and moves the consumer index after it. Thread-safe.
 *
 * <p>An index counts up to twice the number of entries, so that a full queue is not an empty one.
 */
public final class QueueRegisters implements DeviceMemory {
  /** Offset of the index behind the last command taken; read-only. */
  public static final long CONSUMER = 0;

  /** Offset of the index behind the last command given. */
  public static final long PRODUCER = 4;

  /** Offset of the doorbell: any value stored has the device take what there is; reads as 0. */
  public static final long DOORBELL = 8;

  /** Offset of the errors so far: indices that were too far ahead; read-only. */
  public static final long ERRORS = 12;

  /** Commands that the queue has room for. */
  public static final int ENTRIES = 64;

  private static final int INDEX_MASK = 2 * ENTRIES - 1;

  private int consumer;
  private int producer;
  private int errors;

  QueueRegisters() {}

  @Override
  public synchronized long load(long offset, int bytes) {
    if (bytes == Long.BYTES) {
      return load(offset, 4) | load(offset + 4, 4) << Integer.SIZE;
    }
    long shift = (offset & 3) * Byte.SIZE;
    return Integer.toUnsignedLong(register(offset & ~3L)) >>> shift;
  }

  private int register(long offset) {
    if (offset == CONSUMER) {
      return consumer;
    } else if (offset == PRODUCER) {
      return producer;
    }
    return offset == ERRORS ? errors : 0;
  }

  @Override
  public synchronized void store(long offset, int bytes, long value) {
    if (bytes == Long.BYTES) {
      store(offset, 4, value);
      store(offset + 4, 4, value >>> Integer.SIZE);
    } else if (bytes == 4 && offset == PRODUCER) {
      producer = (int) value & INDEX_MASK;
    } else if (bytes == 4 && offset == DOORBELL) {
      ring();
    }
  }

  private void ring() {
    int waiting = producer - consumer & INDEX_MASK;
    if (waiting > ENTRIES) {
      errors++;
    } else {
      consumer = producer;
    }
  }
}
