// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.memory.DeviceBytes;
import dev.vmarea.memory.DeviceMemory;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Device memory that is just bytes, all zeroes at first, of which there may be much: it takes room
 * where something was stored. Thread-safe as {@link DeviceBytes} is.
 */
public final class SparseBytes implements DeviceMemory {
  private static final int CHUNK_SHIFT = 16;
  private static final long CHUNK = 1L << CHUNK_SHIFT;

  private final ConcurrentHashMap<Long, DeviceBytes> chunks = new ConcurrentHashMap<>();

  /** All zeroes. */
  public SparseBytes() {}

  @Override
  public long load(long offset, int bytes) {
    DeviceBytes chunk = chunks.get(offset >>> CHUNK_SHIFT);
    return chunk == null ? 0 : chunk.load(offset & CHUNK - 1, bytes);
  }

  @Override
  public void store(long offset, int bytes, long value) {
    chunks
        .computeIfAbsent(offset >>> CHUNK_SHIFT, index -> new DeviceBytes(CHUNK))
        .store(offset & CHUNK - 1, bytes, value);
  }
}
