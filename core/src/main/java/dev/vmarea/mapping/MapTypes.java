// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;

/** What private, shared, file and anonymous mean for flags and errors (mm-semantics 2.4). */
final class MapTypes {
  private static final int F_SEAL_WRITE = 0x8;
  private static final int F_SEAL_FUTURE_WRITE = 0x10;

  private MapTypes() {}

  /** Flags and page offset of the mapping to be made. */
  record Decision(long vmFlags, long pgoff) {}

  static Decision file(
      Mm mm, OpenFile file, int prot, int mapFlags, long vmFlags, long pgoff, long bytes)
      throws ErrnoException {
    checkSize(file, pgoff, bytes);
    int flags = mapFlags;
    long result = vmFlags;
    switch (flags & MapFlags.TYPE) {
      case MapFlags.SHARED, MapFlags.SHARED_VALIDATE -> {
        if ((flags & MapFlags.TYPE) == MapFlags.SHARED) {
          flags &= MapFlags.LEGACY_MASK;
        }
        result = shared(file, prot, flags, result);
      }
      case MapFlags.PRIVATE -> {}
      default -> throw Errno.EINVAL.failure();
    }
    if (!file.isReadable()) {
      throw Errno.EACCES.failure();
    }
    if (file.inode().fileSystem().noexec()) {
      if ((result & VmFlags.EXEC) != 0) {
        throw Errno.EPERM.failure();
      }
      result &= ~VmFlags.MAYEXEC;
    }
    checkHooks(mm, file);
    if ((result & VmFlags.GROWSDOWN) != 0) {
      throw Errno.EINVAL.failure();
    }
    return new Decision(sealed(file, result), pgoff);
  }

  /** A file is mapped through exactly one hook. */
  private static void checkHooks(Mm mm, OpenFile file) throws ErrnoException {
    boolean prepares = file.operations() instanceof MmapPrepare;
    boolean legacy = file.operations() instanceof LegacyMmap;
    if (prepares && legacy) {
      mm.kernel().warn(KernelWarning.Kind.RULE, "both hooks for one file: " + file.entry().path());
    }
    if (prepares == legacy) {
      throw Errno.ENODEV.failure();
    }
  }

  private static void checkSize(OpenFile file, long pgoff, long bytes) throws ErrnoException {
    FileOperations operations = file.operations();
    Inode.Type type = file.inode().type();
    boolean signed =
        type == Inode.Type.REGULAR || type == Inode.Type.BLOCK_DEVICE || type == Inode.Type.SOCKET;
    boolean unlimited = operations != null && operations.unsignedOffset();
    if (signed || !unlimited) {
      long limit = signed ? Long.MAX_VALUE : -1L;
      if (Long.compareUnsigned(bytes, limit) > 0
          || Long.compareUnsigned(pgoff, Pages.count(limit - bytes)) > 0) {
        throw Errno.EOVERFLOW.failure();
      }
    }
  }

  private static long shared(OpenFile file, int prot, int flags, long vmFlags)
      throws ErrnoException {
    FileOperations operations = file.operations();
    int known = MapFlags.LEGACY_MASK;
    if (operations != null && operations.supportsSync()) {
      known |= MapFlags.SYNC;
    }
    if ((flags & ~known) != 0) {
      throw Errno.EOPNOTSUPP.failure();
    }
    if ((prot & Prot.WRITE) != 0) {
      if (!file.isWritable()) {
        throw Errno.EACCES.failure();
      }
      if (file.inode().isSwapFile()) {
        throw Errno.ETXTBSY.failure();
      }
    }
    if (file.inode().isAppendOnly() && file.isWritable()) {
      throw Errno.EACCES.failure();
    }
    long result = vmFlags | VmFlags.SHARED | VmFlags.MAYSHARE;
    return file.isWritable() ? result : result & ~(VmFlags.MAYWRITE | VmFlags.SHARED);
  }

  private static long sealed(OpenFile file, long vmFlags) throws ErrnoException {
    boolean writeSealed = (file.inode().seals() & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0;
    if (!writeSealed || (vmFlags & VmFlags.SHARED) == 0) {
      return vmFlags;
    }
    if ((vmFlags & VmFlags.WRITE) != 0) {
      throw Errno.EPERM.failure();
    }
    return vmFlags & ~VmFlags.MAYWRITE;
  }

  static Decision anonymous(int flags, long vmFlags, long address) throws ErrnoException {
    boolean growsDown = (vmFlags & VmFlags.GROWSDOWN) != 0;
    return switch (flags & MapFlags.TYPE) {
      case MapFlags.SHARED -> {
        if (growsDown) {
          throw Errno.EINVAL.failure();
        }
        yield new Decision(vmFlags | VmFlags.SHARED | VmFlags.MAYSHARE, 0);
      }
      case MapFlags.DROPPABLE -> {
        if ((flags & (MapFlags.LOCKED | MapFlags.HUGETLB)) != 0 || growsDown) {
          throw Errno.EINVAL.failure();
        }
        yield new Decision(
            vmFlags | VmFlags.DROPPABLE | VmFlags.NORESERVE | VmFlags.WIPEONFORK | VmFlags.DONTDUMP,
            Pages.count(address));
      }
      case MapFlags.PRIVATE -> new Decision(vmFlags, Pages.count(address));
      default -> throw Errno.EINVAL.failure();
    };
  }
}
