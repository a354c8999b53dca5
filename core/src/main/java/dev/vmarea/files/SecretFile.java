// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * memfd_secret: shared mappings only, locked (whoever maps it answers for RLIMIT_MEMLOCK) and kept
 * out of core dumps.
 */
public enum SecretFile implements MmapPrepare, VmOperations {
  INSTANCE;

  /** Where such files live: a mount without execution. */
  public static final FileSystem MOUNT = new FileSystem("secretmem", true, false);

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    if ((descriptor.vmFlags() & (VmFlags.SHARED | VmFlags.MAYSHARE)) == 0) {
      throw Errno.EINVAL.failure();
    }
    if (!descriptor.mm().mayLock(descriptor.pages())) {
      throw Errno.EAGAIN.failure();
    }
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.LOCKED | VmFlags.DONTDUMP);
    descriptor.vmOps(this);
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return this;
  }

  @Override
  public boolean canSync() {
    return false;
  }

  @Override
  public boolean isSecret() {
    return true;
  }
}
