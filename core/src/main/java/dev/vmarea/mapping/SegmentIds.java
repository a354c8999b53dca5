// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import java.util.BitSet;

/**
 * The ids that shmget hands out: a slot below 32768 and, from bit 15 on, how often slots were used
 * up, so that an id does not come back soon. As observed on Linux 6.18, where slots go round in a
 * window of at least 64. Not thread-safe.
 */
final class SegmentIds {
  /** Slots there are (IPCMNI), also the most segments (kernel.shmmni is 4096 by default). */
  static final int MAX_SEGMENTS = 4096;

  private static final int SLOT_BITS = 15;
  private static final int SEQUENCES = 1 << 31 - SLOT_BITS;
  private static final int MIN_WINDOW = 64;

  private final BitSet used = new BitSet();
  private int inUse;
  private int next;
  private int last = -1;
  private int sequence;

  /** A new id, or -1 if there are too many. */
  int take() {
    if (inUse >= MAX_SEGMENTS) {
      return -1;
    }
    int window = Math.max(inUse * 3 / 2, MIN_WINDOW);
    int slot = used.nextClearBit(next);
    if (slot >= window) {
      slot = used.nextClearBit(0);
    }
    used.set(slot);
    inUse++;
    next = slot + 1;
    if (slot <= last) {
      sequence = (sequence + 1) % SEQUENCES;
    }
    last = slot;
    return sequence << SLOT_BITS | slot;
  }

  /** The id is free again. */
  void give(int id) {
    used.clear(slotOf(id));
    inUse--;
  }

  private static int slotOf(int id) {
    return id & (1 << SLOT_BITS) - 1;
  }

  /** How often slots had been used up when {@code id} was made. */
  static int sequenceOf(int id) {
    return id >>> SLOT_BITS;
  }
}
