// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.PageCacheOperations;
import java.util.concurrent.atomic.AtomicLong;

/** The blocks of a mount, a page each: how many are in use, and how many may be. Thread-safe. */
final class ShmemBlocks implements PageCacheOperations {
  private final long most;
  private final AtomicLong used = new AtomicLong();

  /**
   * None in use.
   *
   * @param most how many there are, in pages; 0 for no limit
   */
  ShmemBlocks(long most) {
    this.most = most == 0 ? Long.MAX_VALUE : most;
  }

  /** In use now, in pages. */
  long used() {
    return used.get();
  }

  /**
   * A page takes a block.
   *
   * @throws ErrnoException ENOSPC if none is free
   */
  @Override
  public void read(long index, KernelPage page) throws ErrnoException {
    if (used.incrementAndGet() > most) {
      used.decrementAndGet();
      throw Errno.ENOSPC.failure();
    }
  }

  @Override
  public void free(long index, KernelPage page) {
    used.decrementAndGet();
  }
}
