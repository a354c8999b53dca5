// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each frame of RAM that has ever been in use: references, use, contents. Kept in
 * sections of 4 MiB that appear when a frame of theirs is first allocated; contents are off-heap.
 * Thread-safe; what a frame holds is the business of whoever holds a reference to it.
 */
final class FrameTable {
  /** log2 of the frames in a section. */
  static final int SECTION_SHIFT = 10;

  private static final int SECTION_FRAMES = 1 << SECTION_SHIFT;
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);

  private final AtomicReferenceArray<@Nullable Section> sections;
  private final int pageShift;

  /** The frames of a section. */
  static final class Section {
    final int[] references = new int[SECTION_FRAMES];
    final byte[] kinds = new byte[SECTION_FRAMES];
    final boolean[] used = new boolean[SECTION_FRAMES];
    final MemorySegment contents;

    Section(int pageShift) {
      long page = 1L << pageShift;
      contents = Arena.ofAuto().allocate(SECTION_FRAMES * page, page);
    }
  }

  /**
   * Nothing known yet.
   *
   * @param frames frame after the last one that can be RAM
   */
  FrameTable(long frames, int pageShift) {
    this.sections =
        new AtomicReferenceArray<>((int) ((frames + SECTION_FRAMES - 1) >>> SECTION_SHIFT));
    this.pageShift = pageShift;
  }

  private @Nullable Section sectionIfAny(long pfn) {
    long index = pfn >>> SECTION_SHIFT;
    return index < sections.length() ? sections.get((int) index) : null;
  }

  private Section section(long pfn) {
    int index = (int) (pfn >>> SECTION_SHIFT);
    Section section = sections.get(index);
    if (section == null) {
      synchronized (this) {
        section = sections.get(index);
        if (section == null) {
          section = new Section(pageShift);
          sections.set(index, section);
        }
      }
    }
    return section;
  }

  private static int index(long pfn) {
    return (int) pfn & SECTION_FRAMES - 1;
  }

  /** A free frame gets a use, one reference, and zeroes. */
  void begin(long pfn, KernelPage.Kind kind) {
    Section section = section(pfn);
    int index = index(pfn);
    if (section.used[index]) {
      contents(pfn).fill((byte) 0);
    }
    section.used[index] = true;
    section.kinds[index] = (byte) kind.ordinal();
    COUNT.setRelease(section.references, index, 1);
  }

  /** A frame in use goes out of use, whatever references it has. */
  void end(long pfn) {
    Section section = section(pfn);
    COUNT.setRelease(section.references, index(pfn), 0);
  }

  /** References now; 0 for a frame that is free. */
  int references(long pfn) {
    Section section = sectionIfAny(pfn);
    return section == null ? 0 : (int) COUNT.getAcquire(section.references, index(pfn));
  }

  /** What a frame in use is used for. */
  KernelPage.Kind kind(long pfn) {
    return KernelPage.Kind.of(section(pfn).kinds[index(pfn)]);
  }

  /**
   * Adds to the references of a frame in use.
   *
   * @return references afterwards
   * @throws IllegalStateException if the frame is free
   */
  int add(long pfn, int delta) {
    Section section = sectionIfAny(pfn);
    if (section != null) {
      int index = index(pfn);
      while (true) {
        int now = (int) COUNT.getAcquire(section.references, index);
        if (now == 0) {
          break;
        }
        if (COUNT.compareAndSet(section.references, index, now, now + delta)) {
          return now + delta;
        }
      }
    }
    throw new IllegalStateException(
        "a reference to the free page pfn " + Long.toHexString(pfn) + " is used");
  }

  /** The contents of the section that a frame lies in; {@link #offset} says where. */
  MemorySegment sectionContents(long pfn) {
    return section(pfn).contents;
  }

  /** Where in its section's contents a frame begins, in bytes. */
  long offset(long pfn) {
    return (long) index(pfn) << pageShift;
  }

  /** The contents of one frame. */
  MemorySegment contents(long pfn) {
    return sectionContents(pfn).asSlice(offset(pfn), 1L << pageShift);
  }
}
