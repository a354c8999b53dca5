// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

/**
 * What answers loads and stores of page frames that are not RAM: the registers of a device, its
 * frame buffer, persistent memory. Made known by {@link PhysicalMemory#attach}.
 *
 * <p>An access is of 1, 2, 4 or 8 bytes and aligned: the offset is a multiple of its length. What a
 * program does at other addresses, or with more bytes, comes as several accesses in the order of
 * addresses; bytes that were not asked for are never touched, so a register that changes when it is
 * read is read as often as a program reads it. What a processor's bus makes of such accesses
 * differs between machines; this order is Vmarea's.
 *
 * <p>Called by the thread that makes the access, also by several at once: a device takes care of
 * that itself. It is brief, and makes no memory call, uses no {@code Cpu} and waits for no thread
 * that does: calls that take the memory away wait for accesses under way, and some accesses (a copy
 * of a private page, the kernel's own stores) are made with locks of the address space held. What a
 * device must do with a program's memory it does through a pin, or later, on a thread of its own.
 * An exception goes to whoever made the access.
 */
public interface DeviceMemory {
  /**
   * The value at {@code offset}, little-endian.
   *
   * @param offset bytes from the beginning of the first frame attached; a multiple of {@code bytes}
   * @param bytes 1, 2, 4 or 8
   * @return the value; bits above its length are ignored
   */
  long load(long offset, int bytes);

  /**
   * A store of {@code value}, little-endian.
   *
   * @param offset bytes from the beginning of the first frame attached; a multiple of {@code bytes}
   * @param bytes 1, 2, 4 or 8
   * @param value the value; bits above its length are 0
   */
  void store(long offset, int bytes, long value);
}
