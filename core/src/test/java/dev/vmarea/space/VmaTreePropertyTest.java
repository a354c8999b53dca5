// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random changes against a sorted map and a gap search that looks at every page. */
class VmaTreePropertyTest {
  private static final long PAGE = 4096;

  /** One change: clear [page, page + length) and put {@code pieces} VMAs there; or a snapshot. */
  private record Step(int page, int length, int pieces, int holes, boolean snapshot) {}

  private static Vma vma(long firstPage, long lastPage) {
    return new Vma(
        firstPage * PAGE,
        lastPage * PAGE,
        firstPage,
        3,
        VmaHandle.of(null),
        null,
        null,
        null,
        VmaExtras.NONE);
  }

  private record Kept(VmaSnapshot snapshot, List<Vma> vmas) {}

  /** The tree and its two naive counterparts. */
  private static final class Pair {
    private final VmaTree tree = new VmaTree();
    private final TreeMap<Long, Vma> map = new TreeMap<>();
    private final List<Kept> kept = new ArrayList<>();
    private final int pages;

    Pair(int pages) {
      this.pages = pages;
    }

    void run(Step step, boolean thorough) {
      if (step.snapshot) {
        kept.add(new Kept(tree.snapshot(), List.copyOf(map.values())));
        return;
      }
      long from = step.page * PAGE;
      long to = (step.page + step.length) * PAGE;
      Map.Entry<Long, Vma> below = map.lowerEntry(from);
      if (below != null && below.getValue().end() > from) {
        from = below.getKey();
      }
      Map.Entry<Long, Vma> above = map.lowerEntry(to);
      if (above != null && above.getValue().end() > to) {
        to = above.getValue().end();
      }
      Vma[] pieces = pieces(from / PAGE, to / PAGE, step.pieces, step.holes);
      map.subMap(from, to).clear();
      for (Vma piece : pieces) {
        map.put(piece.start(), piece);
      }
      switch (pieces.length) {
        case 0 -> tree.remove(from, to);
        case 1 -> tree.replace(from, to, pieces[0]);
        case 2 -> tree.replace(from, to, pieces[0], pieces[1]);
        case 3 -> tree.replace(from, to, pieces[0], pieces[1], pieces[2]);
        default -> tree.replace(from, to, pieces);
      }
      tree.verify();
      assertThat(tree.size()).isEqualTo(map.size());
      probe(step.page);
      probe(step.page + step.length);
      if (thorough) {
        assertThat(tree).containsExactlyElementsOf(map.values());
        for (int page = 0; page <= pages; page++) {
          probe(page);
        }
      }
    }

    private static Vma[] pieces(long first, long last, int wanted, int holes) {
      List<Vma> pieces = new ArrayList<>();
      long length = (last - first) / Math.max(wanted, 1);
      for (int i = 0; i < wanted && length > 0; i++) {
        long start = first + i * length;
        long end = i == wanted - 1 ? last : start + length;
        long hole = (holes >> i & 1) != 0 && end - start > 1 ? 1 : 0;
        pieces.add(vma(start + hole, end));
      }
      return pieces.toArray(Vma[]::new);
    }

    private static @Nullable Vma value(Map.@Nullable Entry<Long, Vma> entry) {
      return entry == null ? null : entry.getValue();
    }

    private void probe(int page) {
      long address = page * PAGE;
      Vma floor = value(map.floorEntry(address));
      Vma inside = floor != null && floor.end() > address ? floor : null;
      Vma found = inside != null ? inside : value(map.higherEntry(address));
      assertThat(tree.lookup(address)).as("lookup page %d", page).isSameAs(inside);
      assertThat(tree.find(address)).as("find page %d", page).isSameAs(found);
      assertThat(tree.before(address))
          .as("before page %d", page)
          .isSameAs(value(map.lowerEntry(address)));
      if (found != null) {
        assertThat(tree.next(found)).isSameAs(value(map.higherEntry(found.start())));
        assertThat(tree.previous(found)).isSameAs(value(map.lowerEntry(found.start())));
      }
      VmaCursor cursor = tree.cursor();
      assertThat(cursor.seek(address)).isSameAs(found);
      Vma previous = value(found == null ? map.lastEntry() : map.lowerEntry(found.start()));
      assertThat(cursor.peekPrevious()).isSameAs(previous);
      if (found != null) {
        assertThat(cursor.peekNext()).isSameAs(value(map.higherEntry(found.start())));
      }
      if (previous != null) {
        assertThat(cursor.previous()).isSameAs(previous);
        assertThat(cursor.next()).isSameAs(found);
      }
    }

    void probeGaps(long low, long high, long size) {
      long best = -1;
      long worst = -1;
      long from = low;
      while (from < high) {
        Vma next = find(from);
        long start = next == null ? high : Math.min(high, next.start());
        if (start - from >= size) {
          best = start;
          worst = worst < 0 ? from : worst;
        }
        from = next == null ? high : next.end();
      }
      assertThat(tree.findGapBelow(low, high, size))
          .as("gap of %x below in %x-%x", size, low, high)
          .isEqualTo(best);
      assertThat(tree.findGapAbove(low, high, size))
          .as("gap of %x above in %x-%x", size, low, high)
          .isEqualTo(worst);
    }

    private @Nullable Vma find(long address) {
      Vma floor = value(map.floorEntry(address));
      return floor != null && floor.end() > address ? floor : value(map.higherEntry(address));
    }

    void finish(RandomGenerator random) {
      assertThat(tree).containsExactlyElementsOf(map.values());
      for (int i = 0; i < 50; i++) {
        long low = random.nextInt(pages + 10) * PAGE;
        long high = random.nextInt(pages + 10) * PAGE;
        probeGaps(low, high, (1 + random.nextInt(8)) * PAGE);
      }
      for (Kept each : kept) {
        each.snapshot.verify();
        assertThat(each.snapshot).containsExactlyElementsOf(each.vmas);
        assertThat(each.snapshot.size()).isEqualTo(each.vmas.size());
      }
    }
  }

  private static List<Step> generate(RandomGenerator random, int pages, int steps, int longest) {
    List<Step> list = new ArrayList<>();
    int mode = 0;
    for (int i = 0; i < steps; i++) {
      if (i % 100 == 0) {
        mode = random.nextInt(5);
      }
      int length = 1 + random.nextInt(random.nextInt(20) == 0 ? longest : 4);
      int page =
          switch (mode) {
            case 0 -> i % (pages - length);
            case 1 -> pages - length - i % (pages - length);
            default -> random.nextInt(pages - length);
          };
      int pieces = mode == 4 ? 0 : random.nextInt(random.nextInt(20) == 0 ? 60 : 4);
      list.add(new Step(page, length, pieces, random.nextInt(16), random.nextInt(150) == 0));
    }
    return list;
  }

  private static @Nullable Throwable failure(List<Step> steps, int pages, long seed, boolean all) {
    try {
      Pair pair = new Pair(pages);
      RandomGenerator random = random(seed);
      for (Step step : steps) {
        pair.run(step, all);
        long low = random.nextInt(pages) * PAGE;
        pair.probeGaps(low, low + random.nextInt(pages) * PAGE, (1 + random.nextInt(6)) * PAGE);
      }
      pair.finish(random);
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static List<Step> shrink(List<Step> failing, int pages, long seed, boolean all) {
    List<Step> steps = failing;
    for (int chunk = steps.size() / 2; chunk > 0; chunk /= 2) {
      for (int at = 0; at < steps.size(); ) {
        List<Step> fewer = new ArrayList<>(steps.subList(0, at));
        fewer.addAll(steps.subList(Math.min(steps.size(), at + chunk), steps.size()));
        if (failure(fewer, pages, seed, all) != null) {
          steps = fewer;
        } else {
          at += chunk;
        }
      }
    }
    return steps;
  }

  @ParameterizedTest
  @CsvSource({"24, 400, 20, true", "200, 1500, 60, false", "3000, 4000, 800, false"})
  void behavesLikeASortedMap(int pages, int count, int longest, boolean all) {
    long given = Long.getLong("vmarea.seed", System.nanoTime());
    for (long seed = given; seed < given + Integer.getInteger("vmarea.runs", 10); seed++) {
      List<Step> steps = generate(random(seed), pages, count, longest);
      Throwable thrown = failure(steps, pages, seed, all);
      if (thrown != null) {
        List<Step> few = shrink(steps, pages, seed, all);
        fail(
            "-Dvmarea.seed=%d pages %d, %d steps: %s".formatted(seed, pages, few.size(), few),
            failure(few, pages, seed, all));
      }
    }
  }
}
