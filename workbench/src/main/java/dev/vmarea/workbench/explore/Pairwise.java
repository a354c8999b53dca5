// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Combinations of values, few at first: each pair of values of two dimensions is in one of the
 * first ones; behind those come all others. Values that stand first in their dimension are used
 * first.
 */
public final class Pairwise {
  private final int[] sizes;

  /** For dimensions with so many values each, at least one. */
  public Pairwise(int... sizes) {
    this.sizes = sizes.clone();
  }

  /** All combinations that there are; {@link Long#MAX_VALUE} if that is too much to count. */
  public long all() {
    long product = 1;
    for (int size : sizes) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  /** Combinations, an index a dimension, that have each pair of values at least once. */
  public List<int[]> pairs() {
    List<int[]> chosen = new ArrayList<>();
    BitSet covered = new BitSet();
    chosen.add(new int[sizes.length]);
    cover(chosen.getFirst(), covered);
    for (int a = 0; a < sizes.length; a++) {
      for (int b = a + 1; b < sizes.length; b++) {
        for (int va = 0; va < sizes[a]; va++) {
          for (int vb = 0; vb < sizes[b]; vb++) {
            if (!covered.get(bit(a, va, b, vb))) {
              int[] one = completed(a, va, b, vb, covered);
              chosen.add(one);
              cover(one, covered);
            }
          }
        }
      }
    }
    return chosen;
  }

  /** Any combination at random. */
  public int[] random(SplittableRandom random) {
    int[] one = new int[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      one[i] = random.nextInt(sizes[i]);
    }
    return one;
  }

  /** The pair, and in the other dimensions what covers most pairs more. */
  private int[] completed(int a, int va, int b, int vb, BitSet covered) {
    int[] one = new int[sizes.length];
    boolean[] set = new boolean[sizes.length];
    one[a] = va;
    one[b] = vb;
    set[a] = true;
    set[b] = true;
    for (int d = 0; d < sizes.length; d++) {
      if (!set[d]) {
        int best = -1;
        for (int value = 0; value < sizes[d]; value++) {
          int fresh = 0;
          for (int other = 0; other < sizes.length; other++) {
            if (set[other] && !covered.get(bit(d, value, other, one[other]))) {
              fresh++;
            }
          }
          if (fresh > best) {
            best = fresh;
            one[d] = value;
          }
        }
        set[d] = true;
      }
    }
    return one;
  }

  private void cover(int[] one, BitSet covered) {
    for (int a = 0; a < one.length; a++) {
      for (int b = a + 1; b < one.length; b++) {
        covered.set(bit(a, one[a], b, one[b]));
      }
    }
  }

  private int bit(int a, int va, int b, int vb) {
    if (a > b) {
      return bit(b, vb, a, va);
    }
    int most = 0;
    for (int size : sizes) {
      most = Math.max(most, size);
    }
    return ((a * sizes.length + b) * most + va) * most + vb;
  }
}
