// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/** Memory that is mapped and touched: the model's or this process's own. */
interface TouchedMemory extends AutoCloseable {
  /** Maps anonymous memory where there is room, and returns where. */
  long map(long bytes, int prot, int flags);

  /** Unmaps it. */
  void unmap(long at, long bytes);

  /** Changes its protection. */
  void protect(long at, long bytes, int prot);

  /** Takes the pages of a range out of the page tables (MADV_DONTNEED). */
  void discard(long at, long bytes);

  /** Stores a byte. */
  void store(long at, byte value);

  /** Loads a byte. */
  byte load(long at);

  @Override
  void close();
}
