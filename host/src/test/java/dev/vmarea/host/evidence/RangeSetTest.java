// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The range set against a set of bits. */
class RangeSetTest {
  private static final int SPACE = 64;

  @Test
  void behavesLikeASetOfAddresses() {
    final long seed = System.nanoTime();
    final Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      final RangeSet ranges = new RangeSet();
      final BitSet bits = new BitSet();
      final StringBuilder story = new StringBuilder("seed " + seed + " round " + round + ":");
      for (int step = 0; step < 40; step++) {
        final int start = random.nextInt(SPACE);
        final int end = start + random.nextInt(SPACE - start + 1);
        final boolean add = random.nextBoolean();
        story.append(add ? " +" : " -").append(start).append('-').append(end);
        if (add) {
          ranges.add(start, end);
          bits.set(start, end);
        } else {
          ranges.remove(start, end);
          bits.clear(start, end);
        }
        check(ranges, bits, random, story);
      }
    }
  }

  private static void check(
      final RangeSet ranges, final BitSet bits, final Random random, final StringBuilder story) {
    for (int i = 0; i < SPACE; i++) {
      final long end = bits.get(i) ? bits.nextClearBit(i) : -1;
      assertThat(ranges.endOfRangeAt(i)).describedAs("%s at %d", story, i).isEqualTo(end);
    }
    final int start = random.nextInt(SPACE);
    final int end = start + 1 + random.nextInt(SPACE - start);
    final int next = bits.nextSetBit(start);
    assertThat(ranges.intersects(start, end))
        .describedAs("%s intersects %d-%d", story, start, end)
        .isEqualTo(next >= 0 && next < end);
    assertThat(ranges.containsAll(start, end))
        .describedAs("%s contains %d-%d", story, start, end)
        .isEqualTo(bits.nextClearBit(start) >= end);
    assertThat(ranges.isEmpty()).isEqualTo(bits.isEmpty());
  }

  @Test
  void copiesAreIndependent() {
    final RangeSet first = new RangeSet();
    first.add(10, 20);
    final RangeSet copy = new RangeSet(first);
    first.clear();
    assertThat(copy.contains(15)).isTrue();
    final RangeSet holes = new RangeSet();
    holes.add(12, 14);
    copy.removeAll(holes);
    assertThat(copy).hasToString("{10=12, 14=20}");
  }
}
