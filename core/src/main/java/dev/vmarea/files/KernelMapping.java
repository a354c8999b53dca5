// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;

/**
 * Callbacks of what the kernel itself maps into a program ({@code [vdso]}, {@code [vvar]}): never
 * split, never deleted by a merge.
 *
 * @param shownName the name in maps, brackets included
 */
public record KernelMapping(String shownName) implements VmOperations {
  @Override
  public boolean hasClose() {
    return true;
  }

  @Override
  public Errno maySplit(Vma vma, long address) {
    return Errno.EINVAL;
  }

  @Override
  public String name(Vma vma) {
    return shownName;
  }
}
