// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;

/** {@code /dev/zero} with its old hook, as Linux 6.18 has it. */
public final class ZeroDevice extends ZeroMapping implements LegacyMmap {
  /** The device; shared mappings get their files from {@code backing}. */
  public ZeroDevice(SharedBacking backing) {
    this(new ShmemZero(backing, NoOperations.INSTANCE));
  }

  /** The device; shared mappings are set up by {@code shared}. */
  public ZeroDevice(ShmemZero shared) {
    super(shared);
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    if (isShared(vma)) {
      shared().setUp(vma);
    } else {
      vma.vmOps(null);
    }
  }
}
