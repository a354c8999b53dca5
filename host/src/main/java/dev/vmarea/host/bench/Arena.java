// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.SplittableRandom;

/**
 * Where and on what the operations run: N slots of 8 pages with a mapping on pages 0 to 3 of each,
 * protections alternating so that neighbours never join. A round works on one random slot of every
 * stride, in random order.
 */
public final class Arena {
  /** Bytes of a page. */
  public static final long PAGE = 4096;

  /** First byte: far from where kernels and JVMs put things by themselves. */
  public static final long BASE = 0x2000_0000_0000L;

  private static final long SLOT = 8 * PAGE;
  private static final int READ = 1;
  private static final int READ_WRITE = 3;

  private final int mappings;
  private final int[] chosen;
  private final SplittableRandom random = new SplittableRandom(20261123);

  /** An arena of {@code mappings} slots, {@code slots} of which take part in a round. */
  public Arena(int mappings, int slots) {
    this.mappings = mappings;
    this.chosen = new int[slots];
  }

  /** Number of slots that take part in a round. */
  public int slots() {
    return chosen.length;
  }

  /** Number of mappings between rounds. */
  public int mappings() {
    return mappings;
  }

  /** Byte after the last slot. */
  public long end() {
    return BASE + mappings * SLOT;
  }

  /** First byte of the slot at {@code index} of this round's. */
  public long slot(int index) {
    return BASE + chosen[index] * SLOT;
  }

  /** Byte after that slot. */
  public long slotEnd(int index) {
    return slot(index) + SLOT;
  }

  /** Protection of the mapping in that slot. */
  public int prot(int index) {
    return prot((long) chosen[index]);
  }

  private static int prot(long slot) {
    return (slot & 1) != 0 ? READ : READ_WRITE;
  }

  /** Fills the empty {@code subject}, and leaves the heap as it is after some time of running. */
  public void build(Subject subject) {
    for (long i = 0; i < mappings; i++) {
      long start = BASE + i * SLOT;
      subject.map(start, start + 4 * PAGE, prot(i));
    }
    System.gc();
    check(subject);
  }

  /**
   * Makes sure that the operations had their effects.
   *
   * @throws IllegalStateException if the number of mappings is not what it was
   */
  public void check(Subject subject) {
    if (subject.count() != mappings) {
      throw new IllegalStateException(
          subject.count() + " mappings instead of " + mappings + " after the operations");
    }
  }

  /** Chooses the slots of the next round. */
  public void choose() {
    int stride = mappings / chosen.length;
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = i * stride + random.nextInt(stride - 1);
    }
    for (int i = chosen.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = chosen[i];
      chosen[i] = chosen[other];
      chosen[other] = kept;
    }
  }
}
