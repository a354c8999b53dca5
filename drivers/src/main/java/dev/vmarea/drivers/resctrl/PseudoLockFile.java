// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/** How an open file of a region is mapped: {@link PseudoLockGroup#check}, and then its frames. */
abstract sealed class PseudoLockFile implements FileOperations, VmOperations {
  /** The step behind the hook of a port, when the mutex is free again. */
  static final String PREPARED = "resctrl.mmap.prepared";

  private final PseudoLockGroup group;

  private PseudoLockFile(PseudoLockGroup group) {
    this.group = group;
  }

  final PseudoLockGroup group() {
    return group;
  }

  /** The old hook: all of it under the mutex. */
  static final class Legacy extends PseudoLockFile implements LegacyMmap {
    Legacy(PseudoLockGroup group) {
      super(group);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      group().mutex().lock();
      try {
        long pfn = group().check(vma);
        remap(vma, pfn);
        vma.vmOps(this);
      } finally {
        group().mutex().unlock();
      }
    }

    private static void remap(LegacyVma vma, long pfn) throws ErrnoException {
      try {
        vma.remapPfnRange(vma.start(), pfn, vma.size(), vma.pageProtection());
      } catch (ErrnoException any) {
        throw Errno.EAGAIN.failure();
      }
    }
  }

  /** The port as posted: the mutex is free again when the frames are mapped; raw errors. */
  static sealed class Posted extends PseudoLockFile implements MmapPrepare permits Own {
    Posted(PseudoLockGroup group) {
      super(group);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      group().mutex().lock();
      try {
        long pfn = group().check(descriptor);
        descriptor.vmOps(this);
        descriptor.remapFull(pfn);
      } finally {
        group().mutex().unlock();
      }
      group().steps().reached(PREPARED);
    }
  }

  /** The port for memory that files hold, with the old error. */
  static final class Own extends Posted {
    Own(PseudoLockGroup group) {
      super(group);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
      super.mmapPrepare(descriptor);
      descriptor.errorOverride(Errno.EAGAIN);
    }
  }

  @Override
  public void release(OpenFile file) {
    group.closed();
  }

  @Override
  public boolean canSync() {
    return false;
  }

  /** A region stays where it is mapped: who moves it could forget where that is. */
  @Override
  public @Nullable Errno mremap(Vma moved) {
    return Errno.EINVAL;
  }
}
