// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes random calls that have something to do with each other: addresses in one small window,
 * often at the edge of a VMA that is there. The same seed and the same states give the same calls.
 */
public final class CallGenerator {
  private static final int[] ADVICE = {
    Advice.NORMAL, Advice.RANDOM, Advice.SEQUENTIAL, Advice.DONTFORK, Advice.DOFORK,
    Advice.DONTDUMP, Advice.DODUMP, Advice.WIPEONFORK, Advice.KEEPONFORK, Advice.HUGEPAGE,
    Advice.NOHUGEPAGE, Advice.POPULATE_WRITE, Advice.GUARD_INSTALL, Advice.DONTDUMP
  };
  private static final long P = 4096;

  private final SplittableRandom random;
  private final boolean onlyModelled;

  /**
   * A generator.
   *
   * @param onlyModelled only calls that {@link NaiveModel} knows
   */
  public CallGenerator(long seed, boolean onlyModelled) {
    this.random = new SplittableRandom(seed);
    this.onlyModelled = onlyModelled;
  }

  /** The next call, near what {@code space} has mapped. */
  public Call next(TestSpace space) {
    int dice = random.nextInt(100);
    long[] range = range(space);
    long at = range[0];
    long length = range[1];
    if (!onlyModelled && random.nextInt(5) == 0) {
      return other(at, length);
    }
    if (dice < 24) {
      return mmap(at, length);
    } else if (dice < 32) {
      return Call.of(Verb.MUNMAP, at, length);
    } else if (dice < 46) {
      return Call.of(Verb.MPROTECT, at, length, prot());
    } else if (dice < 58) {
      return mremap(at, length);
    } else if (dice < 75) {
      return Call.of(Verb.WRITE, at);
    } else if (dice < 84) {
      return Call.of(Verb.MADVISE, at, length, ADVICE[random.nextInt(ADVICE.length)]);
    } else if (dice < 88) {
      return Call.of(Verb.MLOCK2, at, length, random.nextInt(2));
    } else if (dice < 91) {
      return Call.of(Verb.MUNLOCK, at, length);
    } else if (dice < 94) {
      return Call.of(Verb.MBIND, at, length, random.nextInt(2));
    } else if (dice < 97) {
      return Call.of(Verb.BRK, TestSpace.HEAP + random.nextInt(12) * P);
    } else if (dice < 98) {
      return Call.of(Verb.FORK);
    } else if (random.nextInt(3) == 0) {
      return Call.of(Verb.MSEAL, at, P);
    }
    return Call.of(Verb.WRITE, at);
  }

  private long anyPage() {
    return TestSpace.BASE + random.nextInt(TestSpace.WINDOW_PAGES) * P;
  }

  /** Address and length: anywhere, or of a VMA, or from one edge of one. */
  private long[] range(TestSpace space) {
    long length = (1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 4)) * P;
    List<Vma> vmas = new ArrayList<>();
    space.space().vmas().forEach(vmas::add);
    if (vmas.isEmpty() || random.nextInt(3) == 0) {
      return new long[] {anyPage(), length};
    }
    Vma vma = vmas.get(random.nextInt(vmas.size()));
    return switch (random.nextInt(5)) {
      case 0 -> new long[] {vma.start(), vma.length()};
      case 1 -> new long[] {vma.start(), length};
      case 2 -> new long[] {vma.end(), length};
      case 3 -> new long[] {Math.max(vma.end() - length, P), length};
      default -> new long[] {Math.max(vma.start() - length, P), length};
    };
  }

  private int prot() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1, 2 -> 1;
      case 3 -> random.nextInt(8);
      default -> 3;
    };
  }

  private Call mmap(long at, long length) {
    int flags = MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    long file = -1;
    long offset = 0;
    int kind = random.nextInt(14);
    if (kind == 8) {
      flags = MapFlags.FIXED | MapFlags.SHARED | MapFlags.ANONYMOUS;
    } else if (kind == 9) {
      flags = MapFlags.FIXED | MapFlags.DROPPABLE | MapFlags.ANONYMOUS;
    } else if (kind > 9) {
      file = random.nextInt(TestSpace.FILES);
      flags = MapFlags.FIXED | (random.nextBoolean() ? MapFlags.SHARED : MapFlags.PRIVATE);
      offset = random.nextInt(4) == 0 ? random.nextInt(20) * P : Math.max(0, at - TestSpace.BASE);
    }
    int[] extra = {
      MapFlags.NORESERVE, MapFlags.STACK, MapFlags.GROWSDOWN, MapFlags.LOCKED, MapFlags.POPULATE
    };
    if (random.nextInt(4) == 0) {
      flags |= extra[random.nextInt(extra.length)];
    }
    if (random.nextInt(6) == 0) {
      flags &= ~MapFlags.FIXED;
      flags |= random.nextInt(3) == 0 ? MapFlags.FIXED_NOREPLACE : 0;
    }
    return Call.of(Verb.MMAP, at, length, prot(), flags, file, offset);
  }

  private Call mremap(long at, long length) {
    long fresh = random.nextBoolean() ? length : (1 + random.nextInt(8)) * P;
    int flags = random.nextBoolean() ? 3 : random.nextInt(8);
    long old = random.nextInt(12) == 0 ? 0 : length;
    return Call.of(Verb.MREMAP, at, old, fresh, flags, anyPage());
  }

  private Call other(long at, long length) {
    return switch (random.nextInt(10)) {
      case 0 -> Call.of(Verb.MLOCKALL, 1 + random.nextInt(7));
      case 1 -> Call.of(Verb.MUNLOCKALL);
      case 2 -> Call.of(Verb.MSYNC, at, length, random.nextInt(8));
      case 3 -> Call.of(Verb.MINCORE, at, length, anyPage());
      case 4, 5 ->
          Call.of(Verb.REMAP_FILE_PAGES, at, length, 0, random.nextInt(8), random.nextInt(2) << 16);
      case 6 -> Call.of(Verb.SHMAT, 1, random.nextInt(3) == 0 ? 0 : at, random.nextInt(4) << 12);
      case 7 -> Call.of(Verb.SHMDT, at);
      case 8 -> Call.of(Verb.SET_MEMPOLICY_HOME_NODE, at, length, 0, 0);
      default -> Call.of(Verb.SET_MEMORY_MERGE, random.nextInt(2));
    };
  }
}
