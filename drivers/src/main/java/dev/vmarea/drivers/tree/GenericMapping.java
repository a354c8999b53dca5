// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.tree;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.VmOperations;

/**
 * The callbacks of files that are mapped through the page cache ({@code generic_file_vm_ops}), and
 * how a hook gives them: the same for old hooks and ports.
 */
public enum GenericMapping implements VmOperations {
  INSTANCE;

  /** Maps {@code file} through the page cache ({@code generic_file_mmap}); it counts as used. */
  public static void map(TreeFile file, HookedArea area) {
    file.accessed();
    area.vmOps(INSTANCE);
  }

  /**
   * The same on a read-only file system ({@code generic_file_readonly_mmap}).
   *
   * @throws ErrnoException EINVAL for a shared mapping that is, or could become, writable
   */
  public static void mapReadOnly(TreeFile file, HookedArea area) throws ErrnoException {
    if (area.has(VmFlags.SHARED | VmFlags.MAYWRITE)) {
      throw Errno.EINVAL.failure();
    }
    map(file, area);
  }
}
