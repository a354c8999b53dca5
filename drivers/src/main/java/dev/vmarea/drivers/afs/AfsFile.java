// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;

/**
 * An open file of the server. The hooks refuse nothing; they differ in when the mapping that they
 * make is counted. All others count themselves.
 */
abstract sealed class AfsFile implements FileOperations, VmOperations {
  private final AfsVnode vnode;

  private AfsFile(AfsVnode vnode) {
    this.vnode = vnode;
  }

  final AfsVnode vnode() {
    return vnode;
  }

  @Override
  public final boolean hasClose() {
    return true;
  }

  @Override
  public final void open(Vma vma) {
    vnode.addOpenMmap();
  }

  @Override
  public final void close(Vma vma) {
    vnode.dropOpenMmap();
  }

  /** Pages nearby only while they are known to be as on the server. */
  @Override
  public final boolean mapsAround() {
    return vnode.isPromised();
  }

  @Override
  public final boolean hasFault() {
    return true;
  }

  @Override
  public final FaultContext.Result fault(FaultContext fault) {
    vnode.faulted();
    return fault.answerFromPageCache();
  }

  /** The old hook, which runs for a VMA of its own, and after which nothing fails. */
  static final class Legacy extends AfsFile implements LegacyMmap {
    Legacy(AfsVnode vnode) {
      super(vnode);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) {
      vnode().addOpenMmap();
      vma.vmOps(this);
    }
  }

  /**
   * The first conversion, which counts where the old hook did: also when the range then merges, and
   * when there is no memory for a VMA. Nobody takes that back.
   */
  static final class CountedInPrepare extends AfsFile implements MmapPrepare {
    CountedInPrepare(AfsVnode vnode) {
      super(vnode);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {
      vnode().addOpenMmap();
      descriptor.vmOps(this);
    }
  }

  /** The second one, which counts the VMA when it is there. */
  static final class CountedWhenMapped extends AfsFile implements MmapPrepare {
    CountedWhenMapped(AfsVnode vnode) {
      super(vnode);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {
      descriptor.vmOps(this);
    }

    @Override
    public void mapped(MappedArea area) {
      vnode().addOpenMmap();
    }
  }
}
