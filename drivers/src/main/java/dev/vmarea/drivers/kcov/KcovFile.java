// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.region.WholeBuffer;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;
import java.util.List;

/**
 * An open file of kcov and how it is mapped. The hooks differ in how the pages get there: a failure
 * leaves nothing in any case, but for the old hook nobody had seen the mapping.
 */
abstract sealed class KcovFile implements FileOperations {
  private final Kcov kcov;

  private KcovFile(Kcov kcov) {
    this.kcov = kcov;
  }

  final Kcov kcov() {
    return kcov;
  }

  /** {@link Kcov#areaFor}, for a mapping that then keeps its length. */
  final WholeBuffer check(HookedArea mapping) throws ErrnoException {
    WholeBuffer area = kcov.areaFor(mapping);
    mapping.addFlags(VmFlags.DONTEXPAND);
    return area;
  }

  @Override
  public final void release(OpenFile file) {
    kcov.put();
  }

  @Override
  public final boolean canSync() {
    return false;
  }

  /** The old hook: page by page. */
  static final class Legacy extends KcovFile implements LegacyMmap {
    private final InsertionLog log;

    Legacy(Kcov kcov, InsertionLog log) {
      super(kcov);
      this.log = log;
    }

    /** {@inheritDoc} EINVAL for anything but the whole buffer; what putting a page in says. */
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      WholeBuffer area = check(vma);
      try {
        long at = vma.start();
        for (long pfn : area.pfns()) {
          vma.insertPages(at, List.of(pfn));
          at += Pages.SIZE;
        }
      } catch (ErrnoException failed) {
        log.failed(failed.errno());
        throw failed;
      }
    }
  }

  /** The port of v2: a mixed mapping, by an array of pages that is made for each mmap. */
  static final class Mixed extends KcovFile implements MmapPrepare {
    private final Kernel kernel;
    private final InsertionLog log;

    Mixed(Kcov kcov, Kernel kernel, InsertionLog log) {
      super(kcov);
      this.kernel = kernel;
      this.log = log;
    }

    /** {@inheritDoc} EINVAL for anything but the whole buffer; ENOMEM without an array. */
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      WholeBuffer area = check(descriptor);
      if (kernel.fails(FailurePlan.Point.HOOK)) {
        throw Errno.ENOMEM.failure();
      }
      descriptor.action(
          new MmapAction.MixedMap(
              List.of(new MmapAction.MixedMap.Pages(descriptor.start(), area.pfns()))));
      descriptor.errorHook(error -> {
        log.failed(error);
        return error;
      });
    }
  }

  /** The port as it should be: the kernel's own pages, whose array the buffer has already. */
  static final class KernelPages extends KcovFile implements MmapPrepare {
    KernelPages(Kcov kcov) {
      super(kcov);
    }

    /** {@inheritDoc} EINVAL for anything but the whole buffer. */
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      WholeBuffer area = check(descriptor);
      descriptor.mapKernelPages(descriptor.start(), area.pfns());
    }
  }
}
