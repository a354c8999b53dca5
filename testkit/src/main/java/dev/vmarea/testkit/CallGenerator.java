// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes random calls that have something to do with each other: addresses in one small window,
 * often at the edge of a VMA that is there. The same seed and the same states give the same calls.
 */
public final class CallGenerator {
  private static final int[] ADVICE = {
    Advice.NORMAL, Advice.RANDOM, Advice.SEQUENTIAL, Advice.DONTFORK, Advice.DOFORK,
    Advice.DONTDUMP, Advice.DODUMP, Advice.WIPEONFORK, Advice.KEEPONFORK, Advice.HUGEPAGE,
    Advice.NOHUGEPAGE, Advice.POPULATE_WRITE, Advice.GUARD_INSTALL, Advice.GUARD_REMOVE,
        Advice.DONTDUMP
  };
  private static final long P = 4096;

  private final SplittableRandom random;
  private final Vocabulary vocabulary;
  private final KernelCalls kernelCalls;
  private @Nullable Swarm swarm;
  private @Nullable Call last;

  /** A generator whose calls follow from {@code seed} and the states it is shown. */
  public CallGenerator(long seed, Vocabulary vocabulary) {
    this.random = new SplittableRandom(seed);
    this.vocabulary = vocabulary;
    this.kernelCalls = new KernelCalls(random, this);
  }

  /** The next call, near what {@code terrain} has mapped. */
  public Call next(Terrain terrain) {
    Swarm now = swarm;
    if (now == null) {
      now = new Swarm(random, terrain.windowPages());
      swarm = now;
    }
    long[] range = range(terrain);
    Call before = last;
    if (before != null && random.nextInt(12) == 0) {
      range = beside(before, range);
    }
    Call call =
        vocabulary == Vocabulary.KERNEL
            ? kernelCalls.next(terrain, now, range[0], range[1])
            : ordinary(terrain, range[0], range[1]);
    last = call;
    return call;
  }

  private Call ordinary(Terrain terrain, long at, long length) {
    int dice = random.nextInt(100);
    if (vocabulary != Vocabulary.MODELLED && random.nextInt(5) == 0) {
      return other(terrain, at, length);
    }
    if (dice < 24) {
      return mmap(terrain, at, length);
    } else if (dice < 32) {
      return Call.of(Verb.MUNMAP, at, length);
    } else if (dice < 46) {
      return Call.of(Verb.MPROTECT, at, length, prot());
    } else if (dice < 58) {
      return mremap(terrain, at, length);
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
      return Call.of(Verb.BRK, terrain.heap() + random.nextInt(12) * P);
    } else if (dice < 98) {
      return Call.of(Verb.FORK);
    } else if (random.nextInt(3) == 0) {
      return Call.of(Verb.MSEAL, at, P);
    }
    return Call.of(Verb.WRITE, at);
  }

  long anyPage(Terrain terrain) {
    return windowStart(terrain) + random.nextInt(windowPages(terrain)) * P;
  }

  private @Nullable Swarm swarm() {
    return vocabulary == Vocabulary.KERNEL ? swarm : null;
  }

  private long windowStart(Terrain terrain) {
    Swarm now = swarm();
    return terrain.base() + (now == null ? 0 : now.firstPage() * P);
  }

  private int windowPages(Terrain terrain) {
    Swarm now = swarm();
    return now == null ? terrain.windowPages() : now.window();
  }

  /** Address and length: anywhere, or of a VMA, or from one edge of one, or across an edge. */
  private long[] range(Terrain terrain) {
    long length = (1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 4)) * P;
    List<Vma> vmas = new ArrayList<>();
    terrain.vmas().forEach(vmas::add);
    if (vmas.isEmpty() || random.nextInt(3) == 0) {
      return new long[] {anyPage(terrain), length};
    }
    Vma vma = near(terrain, vmas);
    return switch (random.nextInt(6)) {
      case 0 -> new long[] {vma.start(), vma.length()};
      case 1 -> new long[] {vma.start(), length};
      case 2 -> new long[] {vma.end(), length};
      case 3 -> new long[] {Math.max(vma.end() - length, P), length};
      case 4 -> new long[] {Math.max(vma.start() - length, P), length};
      default -> new long[] {Math.max(vma.start() - P, P), Math.min(vma.length(), 14 * P) + 2 * P};
    };
  }

  /** Mostly a VMA of the window, where there is something to merge. */
  private Vma near(Terrain terrain, List<Vma> vmas) {
    Vma vma = vmas.get(random.nextInt(vmas.size()));
    long start = windowStart(terrain);
    long end = start + windowPages(terrain) * P;
    for (int tries = 0; tries < 8 && (vma.start() < start || vma.end() > end); tries++) {
      vma = vmas.get(random.nextInt(vmas.size()));
    }
    return vma;
  }

  /** A range right above, below or on that of the call before. */
  private long[] beside(Call before, long[] otherwise) {
    if (before.verb().arguments() < 2 || !before.verb().hasRange()) {
      return otherwise;
    }
    long at = before.argument(0);
    long length = before.argument(1);
    if (length <= 0 || length > 64 * P || at < length || at > 1L << 47) {
      return otherwise;
    }
    return switch (random.nextInt(3)) {
      case 0 -> new long[] {at, length};
      case 1 -> new long[] {at + length, length};
      default -> new long[] {at - length, length};
    };
  }

  int prot() {
    Swarm now = swarm();
    if (now != null) {
      return now.prot();
    }
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1, 2 -> 1;
      case 3 -> random.nextInt(8);
      default -> 3;
    };
  }

  Call mmap(Terrain terrain, long at, long length) {
    int flags = MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    long file = -1;
    long offset = 0;
    Swarm preferring = swarm();
    int kind = preferring == null ? random.nextInt(14) : preferring.favourite(14);
    if (preferring != null && preferring.isOfFiles() && random.nextInt(6) != 0) {
      kind = 13;
    }
    if (kind == 8) {
      flags = MapFlags.FIXED | MapFlags.SHARED | MapFlags.ANONYMOUS;
    } else if (kind == 9) {
      flags = MapFlags.FIXED | MapFlags.DROPPABLE | MapFlags.ANONYMOUS;
    } else if (kind > 9) {
      Swarm now = swarm();
      file = now == null ? random.nextInt(terrain.files()) : now.favourite(terrain.files());
      flags = MapFlags.FIXED | (random.nextBoolean() ? MapFlags.SHARED : MapFlags.PRIVATE);
      long linear = Math.min(Math.max(0, at - terrain.base()), 64 * P);
      offset = random.nextInt(4) == 0 ? random.nextInt(20) * P : linear;
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

  Call mremap(Terrain terrain, long at, long length) {
    long fresh = random.nextBoolean() ? length : (1 + random.nextInt(8)) * P;
    int flags = random.nextBoolean() ? 3 : random.nextInt(8);
    long old = random.nextInt(12) == 0 ? 0 : length;
    return Call.of(Verb.MREMAP, at, old, fresh, flags, anyPage(terrain));
  }

  Call other(Terrain terrain, long at, long length) {
    return switch (random.nextInt(10)) {
      case 0 -> Call.of(Verb.MLOCKALL, 1 + random.nextInt(7));
      case 1 -> Call.of(Verb.MUNLOCKALL);
      case 2 -> Call.of(Verb.MSYNC, at, length, random.nextInt(8));
      case 3 -> Call.of(Verb.MINCORE, at, length, anyPage(terrain));
      case 4, 5 ->
          Call.of(Verb.REMAP_FILE_PAGES, at, length, 0, random.nextInt(8), random.nextInt(2) << 16);
      case 6 -> shmat(terrain, at);
      case 7 -> Call.of(Verb.SHMDT, at);
      case 8 -> Call.of(Verb.SET_MEMPOLICY_HOME_NODE, at, length, 0, 0);
      default -> Call.of(Verb.SET_MEMORY_MERGE, random.nextInt(2));
    };
  }

  Call shmat(Terrain terrain, long at) {
    return Call.of(
        Verb.SHMAT,
        1 + random.nextInt(terrain.segments()),
        random.nextInt(3) == 0 ? 0 : at,
        random.nextInt(4) << 12);
  }
}
