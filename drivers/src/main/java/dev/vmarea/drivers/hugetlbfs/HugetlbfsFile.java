// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.HugetlbOperations;
import dev.vmarea.hugetlb.HugetlbLock;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.hugetlb.HugetlbRequest;
import dev.vmarea.vma.CompletedVma;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;

/** The ports of the hook of hugetlbfs. The old hook is {@link HugetlbFile}. */
abstract sealed class HugetlbfsFile implements MmapPrepare, HugetlbOperations {
  private final HugetlbMount mount;

  private HugetlbfsFile(HugetlbMount mount) {
    this.mount = mount;
  }

  /** How files of {@code mount} are mapped by the port of this name. */
  static FileOperations port(HugetlbfsKind.Port port, HugetlbMount mount) {
    return switch (port) {
      case LEGACY -> new HugetlbFile(mount);
      case V3 -> new Posted(mount, false);
      case V5 -> new Posted(mount, true);
      case OWN -> new Own(mount);
    };
  }

  @Override
  public final HugetlbMount mount() {
    return mount;
  }

  /**
   * As posted (v3), and as it landed (v5): pages are reserved by the prepare hook, the lock of the
   * VMA comes by the success hook. v5 hides the VMA from walkers until it has its lock.
   */
  private static final class Posted extends HugetlbfsFile {
    private final boolean hides;

    Posted(HugetlbMount mount, boolean hides) {
      super(mount);
      this.hides = hides;
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      HugetlbRequest request = HugetlbRequest.of(mount(), descriptor.file().inode(), descriptor);
      descriptor.privateData(request.grant(false, FailurePlan.Point.HOOK));
      if (request.isShareable()) {
        descriptor.successHook(this::addLock);
      }
      if (hides) {
        descriptor.hideFromRmapUntilComplete(true);
      }
    }

    /**
     * The success hook.
     *
     * @throws ErrnoException EINVAL without memory for the lock, which is not what the old hook
     *     said: it went on without; and if the VMA has private data already
     */
    private void addLock(CompletedVma completed) throws ErrnoException {
      HugetlbLock lock =
          completed.vma().privateData() == null ? mount().newLock(FailurePlan.Point.MAPPED) : null;
      if (lock == null) {
        throw Errno.EINVAL.failure();
      }
      completed.privateData(lock);
    }
  }

  /**
   * The port as it should be. The prepare hook takes nothing: it leaves the request as private
   * data, and the callback {@code mapped} grants it, when neither a merge nor a lack of memory for
   * the VMA can come in between any more. If it cannot be granted, mmap fails with ENOMEM, the VMA
   * is unmapped, and its close finds the request only: nothing to give back. So the order of errors
   * is the old hook's, EINVAL first.
   *
   * <p>Until then a walker must not see the VMA, or it would find the lock only when it unlocks;
   * the VMA stays hidden, and those that fail have never had a lock when they are revealed to be
   * unmapped. The lock itself is as the old hook had it: without memory for it the VMA goes on
   * without, and never shares page tables.
   */
  private static final class Own extends HugetlbfsFile {
    Own(HugetlbMount mount) {
      super(mount);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      descriptor.privateData(HugetlbRequest.of(mount(), descriptor.file().inode(), descriptor));
      descriptor.hideFromRmapUntilComplete(true);
    }
  }
}
