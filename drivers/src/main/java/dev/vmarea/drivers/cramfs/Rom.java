// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.Pages;
import dev.vmarea.memory.DeviceBytes;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;

/** An image in physical memory. Immutable until it is {@link #detach detached}; thread-safe. */
final class Rom {
  private final PhysicalMemory memory;
  private final PfnRange frames;
  private final DeviceBytes bytes;

  /**
   * Puts an image there.
   *
   * @param physical where, bytes, page aligned
   * @param image whole pages
   * @throws IllegalArgumentException if memory or a device is there
   */
  Rom(PhysicalMemory memory, long physical, byte[] image) {
    this.memory = memory;
    long first = Pages.count(physical);
    this.frames = new PfnRange(first, first + Pages.count(image.length));
    this.bytes = new DeviceBytes(image.length);
    bytes.write(0, image);
    memory.attach(frames, bytes);
  }

  /** The frames it has. */
  PfnRange frames() {
    return frames;
  }

  /** So many bytes from {@code offset} on. */
  byte[] read(long offset, int length) {
    byte[] target = new byte[length];
    bytes.read(offset, target);
    return target;
  }

  /** The word at {@code offset}. */
  int word(long offset) {
    return (int) bytes.load(offset, Integer.BYTES);
  }

  /** It is taken out. */
  void detach() {
    memory.detach(frames);
  }
}
