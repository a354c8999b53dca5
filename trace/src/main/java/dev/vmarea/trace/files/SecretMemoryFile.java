// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/** {@code memfd_secret}: shared mappings only, locked and kept out of core dumps. */
public final class SecretMemoryFile implements FileOperations {
  /** The only instance. */
  public static final SecretMemoryFile INSTANCE = new SecretMemoryFile();

  /** Where such files live: a mount without execution. */
  public static final FileSystem MOUNT = new FileSystem("secretmem", true, false);

  private static final VmOperations CALLBACKS = new VmOperations() {};

  private SecretMemoryFile() {}

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    if ((descriptor.vmFlags() & (VmFlags.SHARED | VmFlags.MAYSHARE)) == 0) {
      throw Errno.EINVAL.failure();
    }
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.LOCKED | VmFlags.DONTDUMP);
    descriptor.vmOps(CALLBACKS);
  }
}
