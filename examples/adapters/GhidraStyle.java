// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.Cpu;
import dev.vmarea.fault.MemoryFault;

/** Memory as Ghidra's p-code emulator knows it: a bank of chunks, and a handler for faults. */
final class GhidraStyle implements GhidraMemoryBank {
  /** Told of addresses without memory, or without the right to it. */
  interface FaultHandler {
    /** Whether it was dealt with, so that reads give zeroes and writes go nowhere. */
    boolean unknownAddress(long address, boolean write);
  }

  private final Cpu cpu;
  private final FaultHandler handler;

  GhidraStyle(Cpu cpu, FaultHandler handler) {
    this.cpu = cpu;
    this.handler = handler;
  }

  @Override
  public int getChunk(long offset, int size, byte[] result) {
    try {
      cpu.load(offset, result, 0, size);
      return size;
    } catch (MemoryFault fault) {
      if (!handler.unknownAddress(fault.address(), false)) {
        throw fault;
      }
      return (int) (fault.address() - offset); // what lies before it was copied
    }
  }

  @Override
  public void setChunk(long offset, int size, byte[] value) {
    try {
      cpu.store(offset, value, 0, size);
    } catch (MemoryFault fault) {
      if (!handler.unknownAddress(fault.address(), true)) {
        throw fault;
      }
    }
  }
}
