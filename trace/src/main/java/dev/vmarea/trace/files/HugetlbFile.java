// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/** Files of hugetlbfs with one huge page size; cuts only at huge-page boundaries. */
public final class HugetlbFile implements FileOperations {
  private final long pageSize;
  private final VmOperations callbacks;

  /** Files with huge pages of {@code pageSize} bytes, a power of two. */
  public HugetlbFile(long pageSize) {
    this.pageSize = pageSize;
    this.callbacks = new Callbacks(pageSize);
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    long hugePages = pageSize >>> 12;
    if ((descriptor.pgoff() & (hugePages - 1)) != 0) {
      throw Errno.EINVAL.failure();
    }
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.HUGETLB | VmFlags.DONTEXPAND);
    descriptor.vmOps(callbacks);
  }

  @Override
  public Placement placement() {
    return Placement.HUGETLB;
  }

  @Override
  public long hugePageSize() {
    return pageSize;
  }

  private record Callbacks(long pageSize) implements VmOperations {
    @Override
    public boolean hasClose() {
      return true;
    }

    @Override
    public @Nullable Errno maySplit(Vma vma, long address) {
      return (address & (pageSize - 1)) == 0 ? null : Errno.EINVAL;
    }
  }
}
