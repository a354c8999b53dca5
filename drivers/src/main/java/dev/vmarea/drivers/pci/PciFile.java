// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/** How an open file of a resource is mapped: which BAR it is, then what all such mappings are. */
abstract sealed class PciFile implements FileOperations, VmOperations {
  private final PciResources resources;

  private PciFile(PciResources resources) {
    this.resources = resources;
  }

  /** The old hook. */
  static final class Legacy extends PciFile implements LegacyMmap {
    Legacy(PciResources resources) {
      super(resources);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      prepare(vma);
      vma.ioRemapPfnRange(vma.start(), vma.pgoff(), vma.size(), vma.pageProtection());
    }
  }

  /** The port. */
  static final class Port extends PciFile implements MmapPrepare {
    Port(PciResources resources) {
      super(resources);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      prepare(descriptor);
      descriptor.ioRemapFull(descriptor.pgoff());
    }
  }

  /**
   * Chooses the BAR and what its mapping is like; its offset becomes the first page frame.
   *
   * @throws ErrnoException as {@link PciResources#choose} says; EINVAL beyond the BAR
   */
  final void prepare(HookedArea area) throws ErrnoException {
    PciResources.Choice choice = resources.choose(area.pgoff(), area.pages());
    PciBar bar = choice.bar();
    if (!bar.window().contains(choice.pgoff(), area.pages())) {
      throw Errno.EINVAL.failure();
    }
    PageProtection before = area.pageProtection();
    area.pageProtection(choice.combining() ? before.writeCombine() : before.noncached());
    area.pgoff(bar.window().pfn(choice.pgoff()));
    area.vmOps(this);
  }

  @Override
  public boolean canSync() {
    return false;
  }
}
