// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import java.util.concurrent.atomic.AtomicInteger;

/** An open file of Coda ({@code coda_file_info}), with the container it got when it was opened. */
final class CodaFile implements LegacyMmap {
  private final Kernel kernel;
  private final CodaInode inode;
  private final OpenFile host;
  private final AtomicInteger mapCount = new AtomicInteger();
  private final AtomicInteger wrappers = new AtomicInteger();

  /** An open of {@code inode}; the reference to {@code host} becomes its own. */
  CodaFile(Kernel kernel, CodaInode inode, OpenFile host) {
    this.kernel = kernel;
    this.inode = inode;
    this.host = host;
    inode.opened(this);
  }

  /** How often it was mapped ({@code cfi_mapcount}); goes down only when it is released. */
  int mapCount() {
    return mapCount.get();
  }

  void countMapping() {
    mapCount.incrementAndGet();
  }

  /**
   * Maps the container.
   *
   * @throws ErrnoException in this order: ENODEV if it cannot be mapped; EIO if the VMA is another
   *     file's; what Venus says; ENOMEM; EBUSY while another container of the file is mapped; what
   *     the container's hook says, after which the mapping still counts until the file is released
   */
  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    FileOperations below = host.operations();
    if (below == null) {
      throw Errno.ENODEV.failure();
    }
    if (vma.file() != file) {
      throw Errno.EIO.failure();
    }
    inode.accessIntent();
    if (kernel.fails(FailurePlan.Point.HOOK)) {
      throw Errno.ENOMEM.failure(); // the callbacks
    }
    inode.redirect(this, host.inode());
    file.get(); // the callbacks' reference, in the place of the VMA's
    vma.file(host);
    boolean made = false;
    try {
      vma.mapThrough(host);
      made = true;
    } finally {
      if (!made) {
        file.put();
      }
    }
    wrappers.incrementAndGet();
    vma.vmOps(new CodaOperations(vma.vmOps(), file, wrappers::decrementAndGet));
  }

  @Override
  public void release(OpenFile file) {
    inode.released(this, host.inode());
    host.put();
  }

  /** Callbacks in front of the container's keep this file open. */
  void verify() {
    Invariant.holds(wrappers.get() >= 0, "callbacks that were freed twice");
    Invariant.holds(wrappers.get() <= mapCount(), "more mappings than were counted");
  }
}
