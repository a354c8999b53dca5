// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/**
 * The operations that are compared, in the order of a round: each runs over all chosen slots and
 * undoes, or is undone by, a neighbour. {@link #run} returns something that depends on the results,
 * so that no compiler can leave them out.
 */
public enum Operation {
  LOOKUP("lookup by address", "find_vma lookup (hit)", Kind.LOOKUP),
  MAP_NEW("mmap: a new VMA", "map fixed, new VMA in a gap", Kind.CALL),
  UNMAP_NEW("munmap: that VMA", "munmap that whole VMA", Kind.CALL),
  MAP_JOIN("mmap: joins a neighbour", "map fixed merging into prev", Kind.CALL),
  UNMAP_TAIL("munmap: the tail of a VMA", "munmap tail (shrinks VMA)", Kind.CALL),
  SPLIT("mprotect: one VMA into three", "mprotect middle page: split 1->3", Kind.CALL),
  JOIN("mprotect: three VMAs into one", "mprotect back: merge 3->1", Kind.CALL),
  REPLACE("mmap: MAP_FIXED over a VMA", "map fixed over an existing VMA (replace)", Kind.CALL),
  ANYWHERE("mmap(NULL) and munmap", "", Kind.PLACE),
  GAP_BELOW("gap below a random address", "gap search top-down below random limit (2p)", Kind.GAP),
  GAP_ABOVE("gap above a random address", "gap search bottom-up from random (2p)", Kind.GAP),
  FAR_BELOW(
      "top-down, only gap at the far end",
      "gap search top-down, 64p gap only at the bottom",
      Kind.GAP),
  FAR_ABOVE("bottom-up, only gap at the far end", "", Kind.GAP),
  EMPTY("empty system call", "", Kind.EMPTY);

  /** What an operation is about. */
  enum Kind {
    LOOKUP,
    CALL,
    PLACE,
    GAP,
    EMPTY
  }

  private static final long PAGE = Arena.PAGE;
  private static final int LINEAR_SEARCHES = 2;

  private final String title;
  private final String peerTitle;
  private final Kind kind;

  Operation(String title, String peerTitle, Kind kind) {
    this.title = title;
    this.peerTitle = peerTitle;
    this.kind = kind;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** What the peer in C calls it; empty if it has none. */
  String peerTitle() {
    return peerTitle;
  }

  Kind kind() {
    return kind;
  }

  /** Whether it changes mappings, if only for a moment. */
  boolean changes() {
    return kind == Kind.CALL || kind == Kind.PLACE;
  }

  private boolean far() {
    return this == FAR_BELOW || this == FAR_ABOVE;
  }

  /** On how many of the arena's slots it runs in a pass. */
  public int repeats(Subject subject, Arena arena) {
    return far() && subject.searchesLinearly() ? LINEAR_SEARCHES : arena.slots();
  }

  /** Performs it on the chosen slots [{@code from}, {@code to}). */
  public long run(Subject subject, Arena arena, int from, int to) {
    long sum = 0;
    switch (this) {
      case LOOKUP -> {
        for (int i = from; i < to; i++) {
          sum += subject.lookup(arena.slot(i) + (i & 3) * PAGE);
        }
      }
      case MAP_NEW -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.map(at + 6 * PAGE, at + 7 * PAGE, arena.prot(i));
        }
      }
      case UNMAP_NEW -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.unmap(at + 6 * PAGE, at + 7 * PAGE);
        }
      }
      case MAP_JOIN -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.map(at + 4 * PAGE, at + 5 * PAGE, arena.prot(i));
        }
      }
      case UNMAP_TAIL -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.unmap(at + 4 * PAGE, at + 5 * PAGE);
        }
      }
      case SPLIT -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.protect(at + PAGE, at + 2 * PAGE, 0);
        }
      }
      case JOIN -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.protect(at + PAGE, at + 2 * PAGE, arena.prot(i));
        }
      }
      case REPLACE -> {
        for (int i = from; i < to; i++) {
          long at = arena.slot(i);
          subject.map(at, at + 4 * PAGE, arena.prot(i));
        }
      }
      case ANYWHERE -> {
        for (int i = from; i < to; i++) {
          subject.mapAnywhere(16 * PAGE);
        }
      }
      case GAP_BELOW -> {
        for (int i = from; i < to; i++) {
          sum += subject.gapBelow(arena.slotEnd(i), 2 * PAGE);
        }
      }
      case GAP_ABOVE -> {
        for (int i = from; i < to; i++) {
          sum += subject.gapAbove(arena.slot(i), 2 * PAGE);
        }
      }
      case FAR_BELOW -> {
        for (int i = from; i < to; i++) {
          sum += subject.gapBelow(arena.end(), 64 * PAGE);
        }
      }
      case FAR_ABOVE -> {
        for (int i = from; i < to; i++) {
          sum += subject.gapAbove(Arena.BASE, 64 * PAGE);
        }
      }
      case EMPTY -> {
        for (int i = from; i < to; i++) {
          subject.empty();
        }
      }
    }
    return sum;
  }
}
