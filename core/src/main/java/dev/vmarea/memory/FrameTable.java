// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each frame of RAM that has ever been in use: references, use, contents. Kept in
 * sections of 4 MiB that appear when a frame of theirs is first allocated; contents are off-heap.
 * Thread-safe; what a frame holds is the business of whoever holds a reference to it.
 */
final class FrameTable {
  /** log2 of the frames in a section. */
  static final int SECTION_SHIFT = 10;

  /**
   * What a pin adds to the count of a frame: one more reference, and, above the 32 bits of those,
   * one more pin. Together, so that nobody takes a pin for a sharer.
   */
  static final long PIN = (1L << 32) + 1;

  static final int SECTION_FRAMES = 1 << SECTION_SHIFT;
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle MARKS = MethodHandles.arrayElementVarHandle(byte[].class);

  /** Contents of machines that are gone; to clear and to allocate so much anew takes its time. */
  private static final ArrayBlockingQueue<MemorySegment> SPARE = new ArrayBlockingQueue<>(16);

  private final AtomicReferenceArray<@Nullable Section> sections;
  private final int pageShift;
  private final LongPredicate isRam;

  /** The frames of a section. */
  static final class Section {
    final long[] counts = new long[SECTION_FRAMES];
    final byte[] kinds = new byte[SECTION_FRAMES];
    final byte[] marks = new byte[SECTION_FRAMES];
    final boolean[] used = new boolean[SECTION_FRAMES];
    final MemorySegment contents;

    /** Whether all of its frames are RAM, as nearly everywhere. */
    final boolean allRam;

    Section(int pageShift, boolean allRam) {
      this.allRam = allRam;
      long page = 1L << pageShift;
      MemorySegment spare = SPARE.poll();
      if (spare == null) {
        contents = Arena.ofAuto().allocate(SECTION_FRAMES * page, page);
      } else {
        contents = spare;
        Arrays.fill(used, true); // by another machine: each frame is cleared when it gets a use
      }
    }
  }

  /**
   * Nothing known yet.
   *
   * @param frames frame after the last one that can be RAM
   * @param isRam which frames are RAM
   */
  FrameTable(long frames, int pageShift, LongPredicate isRam) {
    this.isRam = isRam;
    this.sections =
        new AtomicReferenceArray<>((int) ((frames + SECTION_FRAMES - 1) >>> SECTION_SHIFT));
    this.pageShift = pageShift;
  }

  private @Nullable Section sectionIfAny(long pfn) {
    long index = pfn >>> SECTION_SHIFT;
    return index < sections.length() ? sections.get((int) index) : null;
  }

  /** Number of sections, whether they are there or not. */
  int sections() {
    return sections.length();
  }

  /** Whether a frame of this section was ever in use. */
  boolean hasSection(int index) {
    return sections.get(index) != null;
  }

  /** Nobody uses any frame any more, nor will: the contents are left to other machines. */
  void retire() {
    for (int i = 0; i < sections.length(); i++) {
      Section section = sections.getAndSet(i, null);
      if (section != null && pageShift == Pages.SHIFT && !SPARE.offer(section.contents)) {
        return;
      }
    }
  }

  /** Whether a frame of a section that is there is free, without a look at the latest change. */
  boolean isFree(int section, int frame) {
    Section there = sections.getPlain(section);
    return there == null || there.counts[frame] == 0;
  }

  private Section section(long pfn) {
    int index = (int) (pfn >>> SECTION_SHIFT);
    Section section = sections.get(index);
    if (section == null) {
      synchronized (this) {
        section = sections.get(index);
        if (section == null) {
          long first = (long) index << SECTION_SHIFT;
          boolean allRam = LongStream.range(first, first + SECTION_FRAMES).allMatch(isRam);
          section = new Section(pageShift, allRam);
          sections.set(index, section);
        }
      }
    }
    return section;
  }

  /**
   * Makes sure that there is room for the contents of these frames.
   *
   * @throws OutOfMemoryError if the JVM has none left outside of its heap
   */
  void provide(long first, long end) {
    for (long index = first >>> SECTION_SHIFT; index <= end - 1 >>> SECTION_SHIFT; index++) {
      section(index << SECTION_SHIFT);
    }
  }

  private static int index(long pfn) {
    return (int) pfn & SECTION_FRAMES - 1;
  }

  /** A free frame gets a use, one reference, and zeroes. */
  void begin(long pfn, KernelPage.Kind kind) {
    Section section = section(pfn);
    if (section.used[index(pfn)]) {
      contents(pfn).fill((byte) 0);
    }
    publish(section, pfn, kind);
  }

  /** A free frame gets a use, one reference, and the contents of another. */
  void beginCopy(long pfn, KernelPage.Kind kind, long source) {
    contents(pfn).copyFrom(contents(source));
    publish(section(pfn), pfn, kind);
  }

  private static void publish(Section section, long pfn, KernelPage.Kind kind) {
    int index = index(pfn);
    section.used[index] = true;
    section.kinds[index] = (byte) kind.ordinal();
    section.marks[index] = 0;
    COUNT.setRelease(section.counts, index, 1L);
  }

  /** A frame in use goes out of use, whatever references it has. */
  void end(long pfn) {
    Section section = section(pfn);
    COUNT.setRelease(section.counts, index(pfn), 0L);
  }

  private long count(long pfn) {
    Section section = sectionIfAny(pfn);
    return section == null ? 0 : (long) COUNT.getAcquire(section.counts, index(pfn));
  }

  /** References now, those of pins included; 0 for a frame that is free. */
  int references(long pfn) {
    return (int) count(pfn);
  }

  /** Pins now. */
  int pins(long pfn) {
    return (int) (count(pfn) >>> 32);
  }

  /** References that are not those of pins. */
  int unpinnedReferences(long pfn) {
    long count = count(pfn);
    return (int) count - (int) (count >>> 32);
  }

  /**
   * As {@link #sectionContents}, or null if the frame is not RAM or no frame of the section has
   * ever been in use.
   */
  @Nullable MemorySegment sectionContentsIfAny(long pfn) {
    Section section = sectionIfAny(pfn);
    return section != null && (section.allRam || isRam.test(pfn)) ? section.contents : null;
  }

  /** What a frame in use is used for. */
  KernelPage.Kind kind(long pfn) {
    return KernelPage.Kind.of(section(pfn).kinds[index(pfn)]);
  }

  /** Whether a frame in use carries this mark, a bit of {@link KernelPage.Mark}. */
  boolean isMarked(long pfn, int mark) {
    return ((byte) MARKS.getOpaque(section(pfn).marks, index(pfn)) & mark) != 0;
  }

  /** Puts a mark on a frame in use. */
  void mark(long pfn, int mark) {
    MARKS.getAndBitwiseOr(section(pfn).marks, index(pfn), (byte) mark);
  }

  /** Takes a mark off a frame in use. */
  void unmark(long pfn, int mark) {
    MARKS.getAndBitwiseAnd(section(pfn).marks, index(pfn), (byte) ~mark);
  }

  /**
   * Adds to the references of a frame in use, 1 or {@link #PIN}, or takes them away.
   *
   * @return references afterwards
   * @throws IllegalStateException if the frame is free
   */
  int add(long pfn, long delta) {
    Section section = sectionIfAny(pfn);
    if (section != null) {
      int index = index(pfn);
      while (true) {
        long now = (long) COUNT.getAcquire(section.counts, index);
        if (now == 0) {
          break;
        }
        if (COUNT.compareAndSet(section.counts, index, now, now + delta)) {
          return (int) (now + delta);
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
