// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapAction.MixedMap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;
import java.util.ArrayList;
import java.util.List;

/** How the file is mapped: read-only for ever, piece by piece. */
abstract sealed class CoreFile implements FileOperations, VmOperations {
  private final CoreLayout layout;

  private CoreFile(CoreLayout layout) {
    this.layout = layout;
  }

  /** The old hook, which maps one piece after the other. */
  static final class Legacy extends CoreFile implements LegacyMmap {
    Legacy(CoreLayout layout) {
      super(layout);
    }

    /** Whatever fails behind the checks is EAGAIN; what was mapped goes with the VMA. */
    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      List<CorePart> pieces = prepare(vma);
      vma.addFlags(VmFlags.MIXEDMAP);
      try {
        long at = vma.start();
        for (CorePart piece : pieces) {
          map(vma, at, piece);
          at += Pages.bytes(piece.pages());
        }
      } catch (ErrnoException any) {
        throw Errno.EAGAIN.failure();
      }
    }

    private static void map(LegacyVma vma, long at, CorePart piece) throws ErrnoException {
      switch (piece) {
        case CorePart.Frames frames ->
            vma.remapPfnRange(
                at, frames.window().firstPfn(), Pages.bytes(piece.pages()), vma.pageProtection());
        case CorePart.Scattered pages -> vma.insertPages(at, pages.pfns());
      }
    }
  }

  /**
   * The port with an action of several parts. Its flags are those of v2 but for PFNMAP, which the
   * mixed map of today does not go with.
   */
  static final class Mixed extends CoreFile implements MmapPrepare {
    Mixed(CoreLayout layout) {
      super(layout);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      List<CorePart> pieces = prepare(descriptor);
      descriptor.addFlags(VmFlags.MIXEDMAP | VmFlags.REMAP_FLAGS & ~VmFlags.PFNMAP);
      List<MixedMap.Part> parts = new ArrayList<>();
      long at = descriptor.start();
      for (CorePart piece : pieces) {
        parts.add(part(at, piece));
        at += Pages.bytes(piece.pages());
      }
      descriptor.action(new MixedMap(parts));
      descriptor.errorHook(error -> Errno.EAGAIN);
    }

    private static MixedMap.Part part(long at, CorePart piece) {
      return switch (piece) {
        case CorePart.Frames frames when frames.isRam() -> new MixedMap.Pages(at, frames.pfns());
        case CorePart.Frames frames ->
            new MixedMap.Frames(at, frames.window().firstPfn(), frames.pages());
        case CorePart.Scattered pages -> new MixedMap.Pages(at, pages.pfns());
      };
    }
  }

  /** The port with one remap, for mappings that lie in one part of frames. */
  static final class Single extends CoreFile implements MmapPrepare {
    Single(CoreLayout layout) {
      super(layout);
    }

    /** EINVAL for what one action cannot say. */
    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      List<CorePart> pieces = prepare(descriptor);
      if (pieces.size() > 1 || !(pieces.getFirst() instanceof CorePart.Frames frames)) {
        throw Errno.EINVAL.failure();
      }
      descriptor.addFlags(VmFlags.MIXEDMAP);
      descriptor.remapFull(frames.window().firstPfn());
    }
  }

  /**
   * The checks, in their order, and what all mappings are like: nobody can make them writable or
   * executable later, so they never are copy-on-write.
   *
   * @return the pieces to map
   * @throws ErrnoException EINVAL beyond the end, EPERM for writing or executing
   */
  final List<CorePart> prepare(HookedArea area) throws ErrnoException {
    if (!layout.contains(area.pgoff(), area.pages())) {
      throw Errno.EINVAL.failure();
    }
    if ((area.vmFlags() & (VmFlags.WRITE | VmFlags.EXEC)) != 0) {
      throw Errno.EPERM.failure();
    }
    area.vmFlags(area.vmFlags() & ~(VmFlags.MAYWRITE | VmFlags.MAYEXEC));
    area.vmOps(this);
    return layout.pieces(area.pgoff(), area.pages());
  }

  @Override
  public boolean canSync() {
    return false;
  }
}
