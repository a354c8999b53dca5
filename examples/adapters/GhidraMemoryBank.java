// SPDX-License-Identifier: Apache-2.0

/** The part of a memory bank of Ghidra's p-code emulator that emulation uses. */
interface GhidraMemoryBank {
  /** Copies out; returns the bytes that could be had. */
  int getChunk(long offset, int size, byte[] result);

  void setChunk(long offset, int size, byte[] value);
}
