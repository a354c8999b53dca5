// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.PageCacheOperations;
import org.jspecify.annotations.Nullable;

/**
 * A secret file: its pages leave the kernel's direct map when they come into its cache, and are
 * zeroed before they are in it again. They stay until the file is released. Thread-safe.
 */
final class SecretNode extends TreeFile implements PageCacheOperations {
  private final Secretmem secretmem;
  private final FileOperations operations;
  private long charged;
  private volatile @Nullable Thread faulting;

  SecretNode(Secretmem secretmem) {
    super(new Inode(Inode.Type.REGULAR, SecretFile.MOUNT));
    this.secretmem = secretmem;
    this.operations =
        switch (secretmem.variant().name()) {
          case "legacy" -> new SecretArea.Legacy(this);
          case "v3" -> new SecretArea.Port(this);
          default -> new SecretArea.Faulted(this);
        };
    inode().pageCache().operations(this);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  /**
   * A page comes in by a fault.
   *
   * @throws ErrnoException EINVAL for calls, which cannot read or write such files
   */
  @Override
  public void read(long index, KernelPage page) throws ErrnoException {
    if (!Thread.currentThread().equals(faulting)) {
      throw Errno.EINVAL.failure();
    }
    page.mark(KernelPage.Mark.NOT_IN_DIRECT_MAP);
  }

  @Override
  public void free(long index, KernelPage page) {
    page.contents().fill((byte) 0);
    page.unmark(KernelPage.Mark.NOT_IN_DIRECT_MAP);
  }

  /** What the user was charged for its pages, as far as faults charge, in pages. */
  synchronized long charged() {
    return charged;
  }

  /** Answers a fault; SIGBUS behind the end. */
  synchronized FaultContext.Result fault(FaultContext fault) {
    faulting = Thread.currentThread();
    try {
      return fault.answerFromPageCache();
    } finally {
      faulting = null;
    }
  }

  /**
   * Answers a fault with a page that is charged to the user when it is new.
   *
   * @return SIGBUS behind the end, or beyond the limit
   */
  synchronized FaultContext.Result faultCharged(FaultContext fault) {
    boolean fresh = !inode().pageCache().contains(fault.pgoff());
    if (fresh && !secretmem.locked().charge(fault)) {
      return FaultContext.Result.SIGBUS;
    }
    FaultContext.Result result = fault(fault);
    if (fresh && result == FaultContext.Result.NO_PAGE) {
      charged++;
    } else if (fresh) {
      secretmem.locked().uncharge(1);
    }
    return result;
  }

  @Override
  protected synchronized void evict() {
    super.evict();
    secretmem.locked().uncharge(charged);
    charged = 0;
    secretmem.released();
  }

  /** Checks that no page is in the direct map, and what its mappings are like. */
  synchronized void verify() {
    boolean charges = operations instanceof SecretArea.Faulted;
    long pages = 0;
    for (KernelPage page : inode().pageCache().pages()) {
      pages++;
      Invariant.holds(
          page.is(KernelPage.Mark.NOT_IN_DIRECT_MAP), "a secret page is in the direct map");
    }
    Invariant.equal("pages charged to the user", charged, charges ? pages : 0);
    long others =
        Invariant.vmas(
            inode(),
            vma -> !vma.hasAny(VmFlags.SHARED | VmFlags.MAYSHARE) || !vma.has(VmFlags.DONTDUMP));
    Invariant.equal("secret mappings that are private or dumped", others, 0);
  }
}
