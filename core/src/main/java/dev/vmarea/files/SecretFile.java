// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;

/** memfd_secret as Linux 6.18 has it: locked when it is mapped. */
public enum SecretFile implements SecretMapping, MmapPrepare {
  INSTANCE;

  /** Where such files live: a mount without execution. */
  public static final FileSystem MOUNT = new FileSystem("secretmem", true, false);

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    mapLocked(descriptor);
  }
}
