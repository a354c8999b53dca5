// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.VmFlags;
import dev.vmarea.files.OverlayFile;
import dev.vmarea.files.SecretFile;
import dev.vmarea.files.ZeroDevice;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.ModelProcesses;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose memory a call is about, to tell how often a campaign had to do with each. */
enum User {
  ANONYMOUS,
  DISK,
  TMPFS,
  MEMFD,
  ZERO,
  HUGETLB,
  SECRET,
  SEGMENT,
  OVERLAY,
  /** No memory, or none that is mapped: a hole, a closed descriptor, a fork. */
  NONE;

  /**
   * Whose memory {@code call} is about if it is made now: that of the file it names, else that of
   * the area at its address.
   */
  static User of(final Call call, final ModelProcesses model) {
    return switch (call.verb()) {
      case MMAP -> mapped(call, model);
      case FTRUNCATE, PWRITE64, PUNCH_HOLE, ADD_SEALS -> of(model.file(call.argument(0)), model);
      case SHMAT, SHM_REMOVE -> SEGMENT;
      case READ, WRITE, SHMDT -> at(call.argument(0), model);
      default -> call.verb().hasRange() ? at(call.argument(0), model) : NONE;
    };
  }

  private static User mapped(final Call call, final ModelProcesses model) {
    final long flags = call.argument(3);
    if ((flags & MapFlags.ANONYMOUS) == 0) {
      return of(model.file(call.argument(4)), model);
    }
    if ((flags & MapFlags.HUGETLB) != 0) {
      return HUGETLB;
    }
    return (flags & MapFlags.TYPE) == MapFlags.SHARED ? ZERO : ANONYMOUS;
  }

  private static User at(final long address, final ModelProcesses model) {
    final Vma vma = address < 0 ? null : model.space().lookup(address);
    if (vma == null) {
      return NONE;
    }
    if (vma.has(VmFlags.HUGETLB)) {
      return HUGETLB;
    }
    return vma.file() == null ? ANONYMOUS : of(vma.file(), model);
  }

  private static User of(final @Nullable OpenFile file, final ModelProcesses model) {
    if (file == null) {
      return NONE;
    }
    final String path = file.entry().path();
    if (SharedSegment.of(file) != null) {
      return SEGMENT;
    } else if (file.operations() instanceof SecretFile) {
      return SECRET;
    } else if (file.operations() instanceof ZeroDevice || path.equals("/dev/zero")) {
      return ZERO;
    } else if (file.operations() != null && file.operations().hugePageSize() != 0) {
      return HUGETLB;
    } else if (model.isOpen(file.inode(), OverlayFile.class)) {
      return OVERLAY;
    } else if (!file.inode().fileSystem().isShmem()) {
      return DISK;
    }
    return path.startsWith("/memfd:") ? MEMFD : TMPFS;
  }

  /** As reports name it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
