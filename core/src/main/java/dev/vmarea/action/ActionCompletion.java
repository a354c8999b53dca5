// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.MmapAction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The second half of an action: the page tables of a VMA that exists (mm-semantics 3.3, 6.1, 6.6).
 * Stops at the first error and leaves the rest to whoever unmaps the VMA.
 */
final class ActionCompletion {
  private final HookScope scope;
  private final RemapTarget target;

  ActionCompletion(HookScope scope, RemapTarget target) {
    this.scope = scope;
    this.target = target;
  }

  /**
   * Carries {@code action} out.
   *
   * @throws ErrnoException EINVAL, ENOMEM, EACCES or EBUSY of a remap; EINVAL, EBUSY, EFAULT or
   *     ENOMEM of inserting pages; EINVAL without an MMU
   */
  void complete(MmapAction action) throws ErrnoException {
    if (action instanceof MmapAction.Nothing) {
      return;
    }
    if (!scope.kernel().architecture().hasMmu()) {
      if (scope.has(Difference.NO_MMU_ACTION_IGNORED)) {
        scope.warn(KernelWarning.Kind.RULE, "an action without an MMU");
        return;
      }
      throw Errno.EINVAL.failure();
    }
    switch (action) {
      case MmapAction.Nothing nothing -> {}
      case MmapAction.RemapPfn remap ->
          remap(remap.start(), remap.startPfn(), remap.size(), chosen(remap.protection()));
      case MmapAction.IoRemapPfn remap -> ioRemap(remap);
      case MmapAction.SimpleIoRemap simple -> throw notPrepared();
      case MmapAction.MapKernelPages pages -> insert(pages.start(), pages.pfns());
      case MmapAction.MixedMap map -> {
        for (MmapAction.MixedMap.Part part : map.parts()) {
          switch (part) {
            case MmapAction.MixedMap.Pages pages -> insert(pages.start(), pages.pfns());
            case MmapAction.MixedMap.Frames frames -> insert(frames);
          }
        }
      }
    }
  }

  private void remap(long start, long pfn, long size, PageProtection protection)
      throws ErrnoException {
    if ((target.vmFlags() & VmFlags.REMAP_FLAGS) != VmFlags.REMAP_FLAGS) {
      scope.warn(KernelWarning.Kind.RULE, "a remap of a VMA without the flags of one");
    }
    PfnRemap.complete(scope, target, start, pfn, size, protection);
  }

  private void ioRemap(MmapAction.IoRemapPfn remap) throws ErrnoException {
    if (!scope.has(Difference.IO_TRANSLATED_LATE)) {
      throw notPrepared();
    }
    Architecture architecture = scope.kernel().architecture();
    long pfn = architecture.ioRemapPfn(remap.startPfn(), remap.size());
    remap(remap.start(), pfn, remap.size(), architecture.decrypted(chosen(remap.protection())));
  }

  private PageProtection chosen(@Nullable PageProtection protection) {
    return protection == null ? target.protection() : protection;
  }

  private ErrnoException notPrepared() {
    scope.warn(KernelWarning.Kind.RULE, "an I/O remap that was not prepared");
    return Errno.EINVAL.failure();
  }

  /** Pages of the kernel, one by one, a reference to each. */
  void insert(long start, List<Long> pfns) throws ErrnoException {
    PageTables tables = scope.mm().pageTables();
    PageProtection protection = target.protection();
    long at = start;
    for (long pfn : pfns) {
      KernelPage page = scope.kernel().memory().page(pfn);
      if (!contains(at)) {
        throw Errno.EFAULT.failure();
      }
      if (page == null) {
        throw Errno.EINVAL.failure();
      }
      tables.insertPage(at, page, protection);
      at += Pages.SIZE;
    }
  }

  /** Bare page frames among pages: never memory that has a page structure. */
  void insert(MmapAction.MixedMap.Frames frames) throws ErrnoException {
    PageTables tables = scope.mm().pageTables();
    for (long i = 0; i < frames.pages(); i++) {
      long at = frames.start() + Pages.bytes(i);
      if (!contains(at)) {
        throw Errno.EFAULT.failure();
      }
      if (scope.kernel().memory().isRam(frames.startPfn() + i)) {
        scope.warn(KernelWarning.Kind.BUG, "memory as a bare page frame of a mixed mapping");
        throw Errno.EINVAL.failure();
      }
      PageProtection protection = target.protection();
      if (scope.kernel().architecture().tracksCacheModes()) {
        protection =
            scope.kernel().pfnTracking().partialProtection(frames.startPfn() + i, 1, protection);
      }
      if (!tables.insertPfn(at, frames.startPfn() + i, protection)) {
        throw Errno.EBUSY.failure();
      }
    }
  }

  private boolean contains(long address) {
    return address >= target.start() && address < target.end();
  }
}
