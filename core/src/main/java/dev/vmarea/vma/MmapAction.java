// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.PageProtection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a prepare hook asks to be done once its VMA exists ({@code mmap_action}). Immutable; made by
 * the helpers of {@link VmaDescriptor}.
 */
public sealed interface MmapAction {
  /** Nothing to do. */
  record Nothing() implements MmapAction {}

  /**
   * Fill [start, start + size) with the page frames from {@code startPfn} on.
   *
   * @param start bytes, page aligned
   * @param startPfn first page frame
   * @param size bytes, rounded up to pages
   * @param protection protection and cache mode of the entries, or null for those that the mapping
   *     has when its hook returns
   */
  record RemapPfn(long start, long startPfn, long size, @Nullable PageProtection protection)
      implements MmapAction {}

  /** The same with device memory: the architecture translates page frames and protection. */
  record IoRemapPfn(long start, long startPfn, long size, @Nullable PageProtection protection)
      implements MmapAction {}

  /**
   * Map a device's memory from the mapping's page offset on, as much as the mapping has.
   *
   * @param physical first byte of the device's memory
   * @param size bytes of it
   */
  record SimpleIoRemap(long physical, long size) implements MmapAction {}

  /**
   * Map pages of the kernel, one by one.
   *
   * @param start bytes, page aligned
   * @param pfns the pages' frames, in order; may be fewer than the mapping has
   */
  record MapKernelPages(long start, List<Long> pfns) implements MmapAction {
    /** Keeps its own copy of the list. */
    public MapKernelPages {
      pfns = List.copyOf(pfns);
    }
  }

  /**
   * Map several parts, each pages or bare page frames; what no part covers is left to faults (v1
   * and v2 of the series; procfs, kcov, cramfs and vmcore needed it).
   */
  record MixedMap(List<Part> parts) implements MmapAction {
    /** Keeps its own copy of the list. */
    public MixedMap {
      parts = List.copyOf(parts);
    }

    /** One part, at {@code start} (bytes, page aligned). */
    public sealed interface Part {
      /** First byte of the part. */
      long start();
    }

    /** Pages of the kernel, a reference to each. */
    public record Pages(long start, List<Long> pfns) implements Part {
      /** Keeps its own copy of the list. */
      public Pages {
        pfns = List.copyOf(pfns);
      }
    }

    /** {@code pages} bare page frames from {@code startPfn} on. */
    public record Frames(long start, long startPfn, long pages) implements Part {}
  }

  /** Nothing to do. */
  MmapAction NOTHING = new Nothing();
}
