// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.memory.DeviceBytes;
import dev.vmarea.memory.DeviceMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A device that writes down how it is asked. A store to its doorbell is counted, its status is zero
 * after it was read, and the rest is bytes.
 */
final class Registers implements DeviceMemory {
  /** Offset of the doorbell, of any length. */
  static final long DOORBELL = 0x40;

  /** Offset of the status, 32 bits. */
  static final long STATUS = 0x48;

  final DeviceBytes bytes;
  final List<String> log = Collections.synchronizedList(new ArrayList<>());
  int rung;
  int status;

  Registers(long bytes) {
    this.bytes = new DeviceBytes(bytes);
  }

  /** What it was asked since this was asked last. */
  List<String> asked() {
    List<String> asked = List.copyOf(log);
    log.clear();
    return asked;
  }

  @Override
  public long load(long offset, int length) {
    log.add("load " + Long.toHexString(offset) + " " + length);
    if (offset == STATUS) {
      int was = status;
      status = 0;
      return was;
    }
    return bytes.load(offset, length);
  }

  @Override
  public void store(long offset, int length, long value) {
    log.add("store " + Long.toHexString(offset) + " " + length + " " + Long.toHexString(value));
    if (offset == DOORBELL) {
      rung++;
    } else {
      bytes.store(offset, length, value);
    }
  }
}
