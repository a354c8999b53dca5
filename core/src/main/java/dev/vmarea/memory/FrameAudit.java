// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.util.HashMap;
import java.util.Map;

/** Counts the references to all frames anew, from those who hold them. */
final class FrameAudit {
  private final FrameTable frames;
  private final FreeFrames free;

  /** References that somebody holds, by section. */
  private final Map<Integer, int[]> held = new HashMap<>();

  FrameAudit(FrameTable frames, FreeFrames free) {
    this.frames = frames;
    this.free = free;
  }

  /** Somebody holds a reference to the frame. */
  void held(long pfn) {
    held.computeIfAbsent((int) (pfn >>> FrameTable.SECTION_SHIFT), FrameAudit::section)[
        (int) pfn & FrameTable.SECTION_FRAMES - 1]++;
  }

  private static int[] section(int index) {
    return new int[FrameTable.SECTION_FRAMES];
  }

  /**
   * Compares what is held with what frames know.
   *
   * @param allocated how many frames are said to be in use
   * @throws IllegalStateException naming the first frame that is free and held, held more often
   *     than it knows, or in use and held by nobody
   */
  void check(long allocated) {
    long used = 0;
    for (int section = 0; section < frames.sections(); section++) {
      int[] known = held.remove(section);
      if (!frames.hasSection(section)) {
        require(known == null, (long) section << FrameTable.SECTION_SHIFT, "held but never used");
        continue;
      }
      for (int i = 0; i < FrameTable.SECTION_FRAMES; i++) {
        if ((known == null || known[i] == 0) && frames.isFree(section, i)) {
          continue;
        }
        long pfn = ((long) section << FrameTable.SECTION_SHIFT) + i;
        used += frame(pfn, known == null ? 0 : known[i]) ? 1 : 0;
      }
    }
    if (!held.isEmpty()) {
      throw new IllegalStateException("frames are held that are no RAM");
    }
    if (used != allocated) {
      throw new IllegalStateException("frames in use are " + used + ", counted " + allocated);
    }
  }

  /** Whether it is in use. */
  private boolean frame(long pfn, int known) {
    int references = frames.references(pfn);
    if (references == 0) {
      require(known == 0, pfn, "free, but held " + known + " times");
      return false;
    }
    require(!free.contains(pfn), pfn, "in use and in the list of free frames");
    // The owner of a page that a driver has allocated is not asked: he may have given it up, too.
    boolean exact =
        switch (frames.kind(pfn)) {
          case ANONYMOUS, FILE, ZERO -> true;
          case KERNEL, SLAB, HUGETLB_FILE, HUGETLB_ANONYMOUS -> false;
        };
    require(
        exact ? known + frames.pins(pfn) == references : known <= references,
        pfn,
        "references are " + references + ", held " + known + " times");
    return true;
  }

  private static void require(boolean holds, long pfn, String what) {
    if (!holds) {
      throw new IllegalStateException("pfn " + Long.toHexString(pfn) + ": " + what);
    }
  }
}
