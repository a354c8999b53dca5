// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Calls that belong together: memory is mapped, some of its pieces are set apart, pieces are
 * written in some order, and what was set apart is put back in some order. What merges then, and
 * what does not, is where most rules are.
 */
final class Idiom {
  private static final long P = 4096;
  private static final long SHM_REMAP = 0x4000;
  private static final int[][] FLAGS = {
    {Advice.DONTDUMP, Advice.DODUMP},
    {Advice.DONTFORK, Advice.DOFORK},
    {Advice.WIPEONFORK, Advice.KEEPONFORK},
    {Advice.RANDOM, Advice.NORMAL},
    {Advice.MERGEABLE, Advice.UNMERGEABLE},
    {Advice.GUARD_INSTALL, Advice.GUARD_REMOVE}
  };

  private final SplittableRandom random;
  private final List<Call> calls = new ArrayList<>();

  private Idiom(SplittableRandom random) {
    this.random = random;
  }

  /**
   * One idiom.
   *
   * @param pages first of a row of free or mapped pages
   * @param elsewhere where pieces can be moved to
   */
  static List<Call> at(
      SplittableRandom random, Terrain terrain, long pages, long elsewhere, int file) {
    Idiom idiom = new Idiom(random);
    idiom.make(terrain, pages, elsewhere, file);
    if (idiom.calls.isEmpty()) {
      idiom.calls.add(Call.of(Verb.WRITE, pages));
    }
    return idiom.calls;
  }

  private void make(Terrain terrain, long base, long elsewhere, int file) {
    int pieces = 2 + random.nextInt(3);
    long[] starts = new long[pieces + 1];
    starts[0] = base;
    for (int i = 0; i < pieces; i++) {
      starts[i + 1] = starts[i] + P * (1 + random.nextInt(2));
    }
    long length = starts[pieces] - base;
    int kind = random.nextInt(10);
    if (kind == 0) {
      long size = random.nextBoolean() ? 0 : SHM_REMAP;
      calls.add(Call.of(Verb.SHMAT, 1 + random.nextInt(terrain.segments()), base, size));
    } else if (kind <= 2) {
      int type = random.nextBoolean() ? MapFlags.SHARED : MapFlags.PRIVATE;
      calls.add(Call.of(Verb.MMAP, base, length, 3, type | MapFlags.FIXED, file, 0));
    } else if (kind <= 8) {
      int flags = MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS;
      calls.add(Call.of(Verb.MMAP, base, length, random.nextInt(5) == 0 ? 1 : 3, flags, -1, 0));
    }
    if (random.nextInt(3) == 0) {
      touches(starts);
    }
    int change = random.nextInt(7);
    List<Integer> apart = some(pieces);
    int[] advice = FLAGS[random.nextInt(FLAGS.length)];
    for (int piece : apart) {
      calls.add(away(change, advice, starts, piece, elsewhere));
      if (change == 0 && random.nextInt(4) == 0) {
        calls.add(Call.of(Verb.MADVISE, starts[piece], P, advice[0]));
      }
    }
    touches(starts);
    if (random.nextInt(6) == 0) {
      calls.add(Call.of(Verb.FORK));
      touches(starts);
    }
    shuffle(apart);
    for (int piece : apart) {
      calls.add(back(change, advice, starts, piece, elsewhere));
    }
    if (random.nextInt(3) == 0) {
      calls.add(back(change, advice, new long[] {base, starts[pieces]}, 0, elsewhere));
    }
  }

  private Call away(int change, int[] advice, long[] starts, int piece, long elsewhere) {
    long at = starts[piece];
    long length = starts[piece + 1] - at;
    return switch (change) {
      case 0, 1 -> Call.of(Verb.MPROTECT, at, length, random.nextInt(3));
      case 2 -> Call.of(Verb.MADVISE, at, length, advice[0]);
      case 3 -> Call.of(Verb.MLOCK2, at, length, random.nextInt(2));
      case 4 -> Call.of(Verb.MBIND, at, length, 1);
      case 5 -> Call.of(Verb.MUNMAP, at, length);
      default -> Call.of(Verb.MREMAP, at, length, length, 3, elsewhere + (at - starts[0]) * 2);
    };
  }

  private Call back(int change, int[] advice, long[] starts, int piece, long elsewhere) {
    long at = starts[piece];
    long length = starts[piece + 1] - at;
    return switch (change) {
      case 0, 1 -> Call.of(Verb.MPROTECT, at, length, 3);
      case 2 -> Call.of(Verb.MADVISE, at, length, advice[1]);
      case 3 -> Call.of(Verb.MUNLOCK, at, length);
      case 4 -> Call.of(Verb.MBIND, at, length, 0);
      case 5 -> Call.of(Verb.MMAP, at, length, 3, 0x32, -1, 0);
      default -> {
        int flags = random.nextInt(4) == 0 ? 7 : 3;
        yield Call.of(Verb.MREMAP, elsewhere + (at - starts[0]) * 2, length, length, flags, at);
      }
    };
  }

  private void touches(long[] starts) {
    List<Integer> pieces = some(starts.length - 1);
    shuffle(pieces);
    for (int piece : pieces) {
      calls.add(Call.of(random.nextInt(8) == 0 ? Verb.READ : Verb.WRITE, starts[piece]));
    }
  }

  private List<Integer> some(int count) {
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (random.nextInt(3) != 0) {
        some.add(i);
      }
    }
    return some;
  }

  private void shuffle(List<Integer> list) {
    Collections.shuffle(list, new Random(random.nextLong()));
  }
}
