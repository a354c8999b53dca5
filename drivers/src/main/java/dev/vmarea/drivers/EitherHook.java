// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/** Files whose old hook and whose port do the same: one of the two below says which is asked. */
public interface EitherHook extends FileOperations {
  /**
   * What either hook does.
   *
   * @throws ErrnoException the error that mmap returns
   */
  void map(HookedArea area) throws ErrnoException;

  /** Asked by the old hook. */
  interface Old extends EitherHook, LegacyMmap {
    @Override
    default void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      map(vma);
    }
  }

  /** Asked by the port. */
  interface New extends EitherHook, MmapPrepare {
    @Override
    default void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      map(descriptor);
    }
  }
}
