// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.SecretMapping;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/** How a secret file is mapped, and how its faults are answered. */
abstract sealed class SecretArea implements SecretMapping {
  private final SecretNode node;

  private SecretArea(SecretNode node) {
    this.node = node;
  }

  final SecretNode node() {
    return node;
  }

  @Override
  public final boolean hasFault() {
    return true;
  }

  @Override
  public FaultContext.Result fault(FaultContext fault) {
    return node.fault(fault);
  }

  /** The old hook: locked when it is mapped. */
  static final class Legacy extends SecretArea implements LegacyMmap {
    Legacy(SecretNode node) {
      super(node);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      mapLocked(vma);
    }
  }

  /** The port: the same. */
  static final class Port extends SecretArea implements MmapPrepare {
    Port(SecretNode node) {
      super(node);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      mapLocked(descriptor);
    }
  }

  /** Later: the user is charged by faults, whatever is mapped. */
  static final class Faulted extends SecretArea implements MmapPrepare {
    Faulted(SecretNode node) {
      super(node);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      map(descriptor);
    }

    @Override
    public FaultContext.Result fault(FaultContext fault) {
      return node().faultCharged(fault);
    }
  }
}
