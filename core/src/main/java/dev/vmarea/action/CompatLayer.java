// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Maps a half-built VMA through an inner file that has a prepare hook, for file systems that still
 * arrive through an old hook (mm-semantics 3.6): the descriptor is made from the VMA, and what the
 * hook set goes back into it.
 */
final class CompatLayer {
  private final HookScope scope;
  private final HalfBuiltVma vma;

  CompatLayer(HookScope scope, HalfBuiltVma vma) {
    this.scope = scope;
    this.vma = vma;
  }

  /**
   * Asks the hook of {@code operations}, new or old, for {@code inner} ({@code vfs_mmap}).
   *
   * @throws ErrnoException what the hook or its action says; the caller's failure path cleans up
   */
  void map(OpenFile inner, @Nullable FileOperations operations) throws ErrnoException {
    if (operations instanceof MmapPrepare hook) {
      prepare(inner, hook);
    } else if (operations instanceof LegacyMmap hook) {
      hook.legacyMmap(inner, vma);
    } else {
      throw Errno.ENODEV.failure();
    }
  }

  private void prepare(OpenFile inner, MmapPrepare hook) throws ErrnoException {
    OpenFile outer = vma.file();
    VmaDescriptor descriptor =
        new VmaDescriptor(
            scope,
            vma.start(),
            vma.end(),
            inner,
            vma.pgoff(),
            outer == null ? inner : outer,
            vma.vmFlags(),
            vma.pageProtection(),
            scope.has(Difference.DESCRIPTOR_OPS_START_NULL) ? null : vma.vmOps());
    OpenFile before = descriptor.vmFile();
    FollowUp followUp =
        new PrepareCall(scope, hook, descriptor).run(Difference.COMPAT_FILE_COUNTED_TWICE);
    copyBack(descriptor, before);
    if (followUp.hideFromRmap() && scope.has(Difference.COMPAT_HEEDS_HIDING)) {
      scope.warn(
          KernelWarning.Kind.UNBALANCED_UNLOCK,
          "a mapping through a stacked file unlocks a reverse map that it has not locked");
    }
    new MappingFinish(scope, followUp, vma).finish();
  }

  private void copyBack(VmaDescriptor descriptor, OpenFile before) {
    vma.pgoff(descriptor.pgoff());
    OpenFile file = descriptor.vmFile();
    if (file != before) {
      vma.file(file);
      if (!scope.has(Difference.COMPAT_FILE_COUNTED_TWICE)) {
        file.put(); // the hook's own reference
      }
    }
    long flags = descriptor.vmFlags();
    vma.vmFlags(scope.has(Difference.COMPAT_ADDS_FLAGS) ? vma.vmFlags() | flags : flags);
    vma.pageProtection(descriptor.pageProtection());
    if (descriptor.vmOps() != null || storesNull()) {
      vma.vmOps(descriptor.vmOps());
    }
    vma.privateData(descriptor.privateData());
  }

  /** Null means "anonymous" to new kernels, and "none given" to those that do not look. */
  private boolean storesNull() {
    return scope.has(Difference.COMPAT_STORES_NULL_OPS)
        || !scope.has(Difference.DESCRIPTOR_OPS_START_NULL);
  }
}
