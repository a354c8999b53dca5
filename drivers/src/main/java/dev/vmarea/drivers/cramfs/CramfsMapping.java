// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.tree.GenericMapping;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a file is mapped: from the ROM where that can be, else through the page cache. */
abstract sealed class CramfsMapping implements FileOperations {
  /** Callbacks where only part is from the ROM: the rest is faulted in. */
  enum Mixed implements VmOperations {
    INSTANCE;

    @Override
    public boolean hasFault() {
      return true;
    }

    @Override
    public FaultContext.Result fault(FaultContext fault) {
      return fault.answerFromPageCache();
    }
  }

  private final CramfsFile file;

  private CramfsMapping(CramfsFile file) {
    this.file = file;
  }

  /** The old hook, which fills the page tables itself. */
  static final class Legacy extends CramfsMapping implements LegacyMmap {
    Legacy(CramfsFile file) {
      super(file);
    }

    @Override
    public void legacyMmap(OpenFile open, LegacyVma vma) throws ErrnoException {
      DirectRun run = prepare(vma);
      if (run == null) {
        return;
      }
      if (run.pages() == vma.pages()) {
        vma.remapPfnRange(vma.start(), run.firstPfn(), vma.size(), vma.pageProtection());
      } else {
        vma.insertFrames(vma.start(), run.firstPfn(), run.pages());
      }
    }
  }

  /** The port of the second version: the same decision asks for an action. */
  static final class Port extends CramfsMapping implements MmapPrepare {
    Port(CramfsFile file) {
      super(file);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      DirectRun run = prepare(descriptor);
      if (run == null) {
        return;
      }
      if (run.pages() == descriptor.pages()) {
        descriptor.remapFull(run.firstPfn());
      } else {
        descriptor.action(
            new MmapAction.MixedMap(
                List.of(
                    new MmapAction.MixedMap.Frames(
                        descriptor.start(), run.firstPfn(), run.pages()))));
      }
    }
  }

  /**
   * Maps it through the page cache first, and looks what can come from the ROM instead.
   *
   * @return that, or null for nothing
   * @throws ErrnoException EINVAL for a shared mapping that could write
   */
  final @Nullable DirectRun prepare(HookedArea area) throws ErrnoException {
    GenericMapping.mapReadOnly(file, area);
    DirectRun run = file.direct(area);
    if (run != null && run.pages() < area.pages()) {
      area.vmOps(Mixed.INSTANCE);
    }
    return run;
  }
}
