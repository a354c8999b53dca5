// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Faults of several processors, brought into one order. */
class FaultQueueTest {
  private record Fault(long time, long address, int kind) {}

  @Test
  void sortsByTimeAndKeepsEqualTimesInOrder() {
    final long seed = System.nanoTime();
    final Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      final FaultQueue queue = new FaultQueue();
      final List<Fault> faults = new ArrayList<>();
      final int runs = random.nextInt(6);
      for (int run = 0; run < runs; run++) {
        long time = random.nextInt(50);
        for (int i = random.nextInt(100); i > 0; i--) {
          time += random.nextInt(3);
          faults.add(new Fault(time, random.nextLong(1L << 57), 1 + random.nextInt(2)));
        }
      }
      faults.forEach(f -> queue.add(f.time, f.address, f.kind));
      queue.sort();
      final List<Fault> expected =
          faults.stream().sorted(Comparator.comparingLong(Fault::time)).toList();
      assertThat(queue.size()).isEqualTo(faults.size());
      assertThat(
              IntStream.range(0, queue.size())
                  .mapToObj(i -> List.of(queue.address(i), queue.kind(i)))
                  .toList())
          .describedAs("seed %d round %d", seed, round)
          .isEqualTo(expected.stream().map(f -> List.<Object>of(f.address, f.kind)).toList());
    }
  }

  @Test
  void onlyTheLastOfSeveralUnknownFaultsOfAPageIsKept() {
    final FaultQueue queue = new FaultQueue();
    queue.add(1, 0x1000, FaultQueue.UNKNOWN);
    queue.add(2, 0x2000, FaultQueue.UNKNOWN);
    queue.add(3, 0x1ff8, FaultQueue.UNKNOWN);
    queue.add(4, 0x3000, FaultQueue.WRITE);
    queue.add(5, 0x3000, FaultQueue.WRITE);
    queue.dropRepeated(4096);
    assertThat(IntStream.range(0, queue.size()).mapToObj(queue::address).toList())
        .containsExactly(0x2000L, 0x1ff8L, 0x3000L, 0x3000L);
  }

  @Test
  void canBeUsedAgain() {
    final FaultQueue queue = new FaultQueue();
    IntStream.range(0, 100_000).forEach(i -> queue.add(-i, i, FaultQueue.WRITE));
    queue.sort();
    assertThat(queue.address(0)).isEqualTo(99_999);
    queue.clear();
    assertThat(queue.size()).isZero();
    final FaultQueue other = new FaultQueue();
    other.add(5, 0x5000, FaultQueue.UNKNOWN);
    queue.addAll(other);
    queue.add(4, 0x4000, FaultQueue.WRITE);
    queue.sort();
    assertThat(queue.address(0)).isEqualTo(0x4000);
    assertThat(queue.kind(1)).isEqualTo(FaultQueue.UNKNOWN);
  }
}
