// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of the VMAs of a mount ({@code hugetlb_vm_ops}). The private data of a shareable VMA is
 * its {@link HugetlbLock}, if it has one; that of a private one its {@link PrivateReservation}, if
 * it made it. Immutable.
 */
final class HugetlbOperations implements VmOperations {
  private final HugetlbMount mount;

  HugetlbOperations(HugetlbMount mount) {
    this.mount = mount;
  }

  HugetlbMount mount() {
    return mount;
  }

  /** A hook that took nothing has left its request: now nothing can fail any more behind it. */
  @Override
  public void mapped(MappedArea area) throws ErrnoException {
    if (area.privateData() instanceof HugetlbRequest request) {
      area.privateData(request.grant(true, FailurePlan.Point.MAPPED));
    }
  }

  @Override
  public @Nullable Object privateDataOfCopy(Vma copy, boolean child) {
    return switch (copy.privateData()) {
      case HugetlbLock others -> mount.newLockOrWarning(FailurePlan.Point.HOOK);
      case null, default -> child ? null : copy.privateData();
    };
  }

  @Override
  public @Nullable Object privateDataLeftBehind(Vma source) {
    if (source.privateData() instanceof PrivateReservation moved) {
      moved.put();
    }
    return source.privateData() instanceof HugetlbLock own ? own : null;
  }

  @Override
  public void open(Vma vma) {
    if (vma.privateData() instanceof PrivateReservation shared) {
      shared.get();
    }
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  @Override
  public void close(Vma vma) {
    if (vma.privateData() instanceof HugetlbLock) {
      mount.freeLock();
    } else if (vma.privateData() instanceof PrivateReservation own) {
      HugetlbMapping mapping = new HugetlbMapping(vma, mount);
      long first = mapping.index(vma.start());
      long count = vma.length() / mount.pageSize();
      mount.group().uncharge(count);
      mount.release(own.count(first, first + count));
      own.put();
    }
  }

  @Override
  public @Nullable Errno maySplit(Vma vma, long address) {
    return (address & (mount.pageSize() - 1)) == 0 ? null : Errno.EINVAL;
  }
}
