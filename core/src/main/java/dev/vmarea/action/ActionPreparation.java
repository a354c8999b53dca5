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
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The first half of an action: what it makes of the descriptor, before a VMA exists (mm-semantics
 * 3.3 and 3.7). From Linux 7.1 on also the checks, so that nothing is mapped in vain.
 */
final class ActionPreparation {
  private final HookScope scope;
  private final VmaDescriptor descriptor;

  ActionPreparation(HookScope scope, VmaDescriptor descriptor) {
    this.scope = scope;
    this.descriptor = descriptor;
  }

  /**
   * Prepares the descriptor's action.
   *
   * @throws ErrnoException EFAULT if it leaves the mapping, EINVAL for part of copy-on-write memory
   *     or device memory that wraps or is too short
   */
  void prepare() throws ErrnoException {
    MmapAction action = descriptor.action();
    if (action instanceof MmapAction.Nothing) {
      return;
    }
    if (!scope.kernel().architecture().hasMmu()) {
      scope.warn(KernelWarning.Kind.RULE, "an action without an MMU");
      return;
    }
    switch (action) {
      case MmapAction.Nothing nothing -> {}
      case MmapAction.RemapPfn remap ->
          remap(remap.start(), remap.startPfn(), remap.size(), protection(remap.protection()));
      case MmapAction.IoRemapPfn remap ->
          ioRemap(remap.start(), remap.startPfn(), remap.size(), protection(remap.protection()));
      case MmapAction.SimpleIoRemap simple -> simpleIoRemap(simple);
      case MmapAction.MapKernelPages pages -> {
        checkInside(pages.start(), Pages.bytes(pages.pfns().size()));
        mixed();
      }
      case MmapAction.MixedMap map -> {
        for (MmapAction.MixedMap.Part part : map.parts()) {
          checkInside(part.start(), Pages.bytes(pages(part)));
        }
        mixed();
      }
    }
  }

  /** What the action says, or what the mapping has now that its hook has returned. */
  private PageProtection protection(@Nullable PageProtection chosen) {
    return chosen == null ? descriptor.pageProtection() : chosen;
  }

  private void remap(long start, long pfn, long size, PageProtection protection)
      throws ErrnoException {
    becomesPfnMap(start, pfn, size);
    descriptor.action(new MmapAction.RemapPfn(start, pfn, size, protection));
  }

  private void ioRemap(long start, long pfn, long size, PageProtection protection)
      throws ErrnoException {
    Architecture architecture = scope.kernel().architecture();
    long translated = architecture.ioRemapPfn(pfn, size);
    becomesPfnMap(start, translated, size);
    descriptor.action(
        scope.has(Difference.IO_TRANSLATED_LATE)
            ? new MmapAction.IoRemapPfn(start, pfn, size, protection)
            : new MmapAction.RemapPfn(start, translated, size, architecture.decrypted(protection)));
  }

  private void becomesPfnMap(long start, long pfn, long size) throws ErrnoException {
    checkInside(start, size);
    boolean whole = start == descriptor.start() && start + Pages.ceil(size) == descriptor.end();
    descriptor.pgoff(
        PfnRemap.pgoff(
            descriptor.vmFlags(),
            whole || scope.has(Difference.COW_PART_ACCEPTED),
            pfn,
            descriptor.pgoff()));
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.REMAP_FLAGS);
  }

  private void simpleIoRemap(MmapAction.SimpleIoRemap simple) throws ErrnoException {
    long pfn =
        IoArea.firstPfn(simple.physical(), simple.size(), descriptor.pgoff(), descriptor.pages());
    ioRemap(descriptor.start(), pfn, descriptor.size(), descriptor.pageProtection());
  }

  private void mixed() {
    if ((descriptor.vmFlags() & VmFlags.PFNMAP) != 0) {
      scope.warn(KernelWarning.Kind.RULE, "pages for a mapping of bare page frames");
    }
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.MIXEDMAP);
  }

  private static long pages(MmapAction.MixedMap.Part part) {
    return switch (part) {
      case MmapAction.MixedMap.Pages pages -> pages.pfns().size();
      case MmapAction.MixedMap.Frames frames -> frames.pages();
    };
  }

  private void checkInside(long start, long size) throws ErrnoException {
    if (scope.has(Difference.RANGE_UNCHECKED)) {
      return;
    }
    long end = start + size;
    if (Long.compareUnsigned(end, start) < 0
        || Long.compareUnsigned(start, descriptor.start()) < 0
        || Long.compareUnsigned(end, descriptor.end()) > 0) {
      throw Errno.EFAULT.failure();
    }
  }
}
