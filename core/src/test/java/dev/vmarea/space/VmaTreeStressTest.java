// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Readers beside a writer. The space is a row of blocks: an anchor of one page that never changes,
 * then a field that is always covered without a hole but is cut anew all the time, then a yard in
 * which VMAs come and go.
 */
class VmaTreeStressTest {
  private static final long PAGE = 4096;
  private static final int BLOCKS = 60;
  private static final int FIELD = 40;
  private static final int BLOCK = 1 + FIELD + 20;

  private final VmaTree tree = new VmaTree();
  private final Vma[] anchors = new Vma[BLOCKS];
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicReference<@Nullable Kept> kept = new AtomicReference<>();

  private record Kept(VmaSnapshot snapshot, int size, long sum) {}

  private static Vma vma(long firstPage, long lastPage, long stamp) {
    return new Vma(
        firstPage * PAGE,
        lastPage * PAGE,
        stamp,
        3,
        VmaHandle.of(null),
        null,
        null,
        null,
        VmaExtras.NONE);
  }

  private static long base(int block) {
    return 1000 + (long) block * BLOCK;
  }

  private static Vma[] cut(RandomGenerator random, long from, long to, long stamp) {
    List<Vma> pieces = new ArrayList<>();
    int longest = 1 + random.nextInt(random.nextBoolean() ? 4 : FIELD);
    for (long at = from; at < to; ) {
      long end = Math.min(to, at + 1 + random.nextInt(longest));
      pieces.add(vma(at, end, stamp));
      at = end;
    }
    return pieces.toArray(Vma[]::new);
  }

  private static void require(boolean truth, String what) {
    if (!truth) {
      throw new AssertionError(what);
    }
  }

  private void read(long seed) {
    RandomGenerator random = random(seed);
    while (!done.get()) {
      int block = random.nextInt(BLOCKS);
      Vma anchor = anchors[block];
      require(tree.lookup(anchor.start()) == anchor, "lookup lost an anchor");
      require(tree.find(anchor.start()) == anchor, "find lost an anchor");
      require(tree.before(anchor.end()) == anchor, "before lost an anchor");
      long inside = anchor.end() + random.nextLong(FIELD * PAGE);
      Vma field = tree.lookup(inside);
      require(field != null && field.contains(inside), "hole in a field");
      Vma below = tree.before(inside + 1);
      require(below != null && below.contains(inside), "before lost a field");
      // The end of the field may be the last entry of a leaf and the yard the first of the next.
      long yard = anchor.end() + FIELD * PAGE;
      Vma last = tree.before(yard);
      require(last != null && last.end() == yard, "before lost the end of a field");
      Vma left = tree.before(anchor.start());
      require(
          block == 0 ? left == null : left != null && left.end() <= anchor.start(),
          "neighbour of an anchor");
      if (random.nextInt(20) == 0) {
        walk();
        snapshot();
      }
    }
  }

  private void walk() {
    int next = 0;
    long previousEnd = 0;
    VmaCursor cursor = tree.cursor();
    for (Vma vma = cursor.seek(0); vma != null; vma = cursor.next()) {
      require(vma.end() > previousEnd, "walk went backwards");
      previousEnd = vma.end();
      if (next < BLOCKS && vma == anchors[next]) {
        next++;
      }
    }
    require(next == BLOCKS, "walk lost an anchor: " + next);
  }

  private void snapshot() {
    Kept current = kept.get();
    if (current == null) {
      return;
    }
    long sum = 0;
    int size = 0;
    for (Vma vma : current.snapshot) {
      sum += vma.pgoff();
      size++;
    }
    require(size == current.size && sum == current.sum, "a snapshot changed");
  }

  private void write(RandomGenerator random, long steps) {
    for (long step = 1; step <= steps; step++) {
      int block = random.nextInt(BLOCKS);
      long field = base(block) + 1;
      long yard = field + FIELD;
      long end = base(block + 1);
      switch (random.nextInt(4)) {
        case 0 -> tree.replace(field * PAGE, yard * PAGE, cut(random, field, yard, step));
        case 1 -> {
          // joins two pieces of a field: their ends may be separators
          Vma one = tree.lookup((field + random.nextInt(FIELD)) * PAGE);
          Vma two = one == null ? null : tree.next(one);
          if (one != null && two != null && one.end() == two.start() && two.end() <= yard * PAGE) {
            tree.replace(one.start(), two.end(), vma(one.start() / PAGE, two.end() / PAGE, step));
          }
        }
        case 2 -> {
          long from = yard + random.nextLong(end - yard);
          tree.remove(from * PAGE, end * PAGE);
        }
        default -> {
          tree.remove(yard * PAGE, end * PAGE);
          for (long at = yard + random.nextInt(3); at + 1 < end; at += 1 + random.nextInt(6)) {
            tree.replace(at * PAGE, (at + 1) * PAGE, vma(at, at + 1, step));
          }
        }
      }
      if (step % 500 == 0) {
        tree.verify();
        long sum = 0;
        for (Vma vma : tree) {
          sum += vma.pgoff();
        }
        kept.set(new Kept(tree.snapshot(), tree.size(), sum));
      }
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  @Test
  @Timeout(120)
  void readersNeverLoseWhatIsThere() throws InterruptedException, ExecutionException {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    RandomGenerator random = random(seed);
    for (int block = 0; block < BLOCKS; block++) {
      long at = base(block);
      anchors[block] = vma(at, at + 1, 0);
      tree.replace(at * PAGE, (at + 1) * PAGE, anchors[block]);
      tree.replace((at + 1) * PAGE, (at + 1 + FIELD) * PAGE, vma(at + 1, at + 1 + FIELD, 0));
    }
    List<Future<?>> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 1; i <= 2; i++) {
        long readerSeed = seed + i;
        readers.add(threads.submit(() -> read(readerSeed)));
      }
      try {
        write(random, Long.getLong("vmarea.steps", 100_000));
      } finally {
        done.set(true);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("-Dvmarea.seed=" + seed, e);
    }
    tree.verify();
    assertThat(tree).contains(anchors);
  }
}
