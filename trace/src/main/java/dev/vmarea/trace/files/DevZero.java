// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/**
 * {@code /dev/zero}: a private mapping is anonymous memory that keeps its file, a shared one gets a
 * tmpfs file of its own.
 */
public final class DevZero implements FileOperations {
  /** The only instance. */
  public static final DevZero INSTANCE = new DevZero();

  private DevZero() {}

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) {
    if (VmFlags.has(descriptor.vmFlags(), VmFlags.SHARED)) {
      OpenFile backing = ShmemFile.unnamed("/dev/zero", descriptor.size());
      descriptor.vmFile(backing);
      ShmemFile.INSTANCE.mmapPrepare(descriptor);
    } else {
      descriptor.setAnonymous();
    }
  }

  @Override
  public Placement placement() {
    return Placement.OWN;
  }
}
