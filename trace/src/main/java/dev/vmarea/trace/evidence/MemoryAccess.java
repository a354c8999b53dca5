// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

/**
 * {@code load PID ADDR BYTES = VALUE} and {@code store PID ADDR BYTES VALUE = 0}: a script reads or
 * writes memory.
 *
 * @param pid a thread of the address space
 * @param address where
 * @param bytes how many: 1, 2, 4 or 8
 * @param isStore whether it writes
 * @param value what it writes
 * @param result what it reads, as 0x and hexadecimal digits; 0 for a store; or the signal's name
 */
public record MemoryAccess(
    int pid, long address, int bytes, boolean isStore, long value, String result)
    implements EvidenceLine {
  /** The kinds of lines. */
  public static final String LOAD = "load";

  public static final String STORE = "store";

  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException unless it is 1, 2, 4 or 8
   */
  public MemoryAccess {
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) {
      throw new IllegalArgumentException("1, 2, 4 or 8 bytes can be read or written");
    }
  }

  /** The line without its result. */
  public String access() {
    String text = (isStore ? STORE : LOAD) + " " + pid + " 0x" + Long.toHexString(address);
    return text + " " + bytes + (isStore ? " 0x" + Long.toHexString(value) : "");
  }

  @Override
  public String body() {
    return access() + " = " + result;
  }
}
