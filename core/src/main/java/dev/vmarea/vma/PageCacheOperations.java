// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.KernelPage;

/**
 * A file system's say in the pages of a file's cache ({@code address_space_operations}). Called
 * with the cache locked, perhaps from a fault: it must not call into the cache or an address space.
 */
public interface PageCacheOperations {
  /** Pages are zeroes at first and are not counted. */
  PageCacheOperations NONE = (index, page) -> {};

  /**
   * A page comes into the cache: fills it with what the file has there, and counts it where pages
   * are counted.
   *
   * @param index page of the file
   * @param page zeroes, not seen by anybody yet
   * @throws ErrnoException why it cannot: a fault then is SIGBUS (ENOMEM: memory has run out), a
   *     call says it
   */
  void read(long index, KernelPage page) throws ErrnoException;

  /**
   * A page leaves the cache; who maps it still has it.
   *
   * @param index page of the file
   */
  default void free(long index, KernelPage page) {}
}
