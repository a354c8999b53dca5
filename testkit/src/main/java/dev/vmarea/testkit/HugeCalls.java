// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Calls about huge pages of hugetlb, in a window of their own: reserved and not, private and
 * shared, of files and anonymous. The pool has fewer pages than the window, so that reservations
 * fail, and touches of what is not reserved.
 */
final class HugeCalls {
  private static final long P = 4096;
  private static final int LONGEST = 3;
  private static final int FILE_PAGES = 4;
  private static final int[] ADVICE = {
    Advice.DONTNEED,
    Advice.DONTNEED,
    Advice.REMOVE,
    Advice.REMOVE,
    Advice.POPULATE_READ,
    Advice.POPULATE_WRITE,
    Advice.DONTFORK,
    Advice.DOFORK,
    Advice.DONTDUMP,
    Advice.DODUMP,
    Advice.WIPEONFORK,
    Advice.FREE,
    Advice.COLD,
    Advice.WILLNEED,
    Advice.MERGEABLE,
    Advice.HUGEPAGE,
    Advice.DONTNEED_LOCKED,
    Advice.GUARD_INSTALL
  };

  private final SplittableRandom random;
  private final CallGenerator common;

  HugeCalls(SplittableRandom random, CallGenerator common) {
    this.random = random;
    this.common = common;
  }

  Call next(HugeTerrain huge, Terrain terrain, Swarm swarm) {
    long[] range = range(huge, terrain);
    long at = range[0];
    long length = range[1];
    return switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> mmap(huge, at, length, swarm);
      case 8, 9, 10, 11, 12, 13, 14, 15 -> Call.of(Verb.WRITE, place(huge, at));
      case 16, 17, 18, 19 -> Call.of(Verb.READ, place(huge, at));
      case 20, 21, 22 -> Call.of(Verb.MUNMAP, at, odd(length));
      case 23, 24 -> Call.of(Verb.MPROTECT, at, odd(length), common.prot());
      case 25, 26 -> move(huge, at, length);
      case 27, 28, 29, 30 ->
          Call.of(Verb.MADVISE, at, odd(length), ADVICE[swarm.favourite(ADVICE.length)]);
      case 31, 32 -> Call.of(Verb.FTRUNCATE, file(huge), odd(random.nextInt(5) * huge.pageSize()));
      case 33, 34 -> hole(huge);
      case 35 -> Call.of(Verb.MINCORE, at + random.nextInt(9) * P, 5 * P, common.anyPage(terrain));
      case 36 ->
          random.nextBoolean()
              ? Call.of(Verb.MLOCK2, at, length, random.nextInt(2))
              : Call.of(Verb.MUNLOCK, at, length);
      case 37 -> Call.of(Verb.SWITCH, random.nextInt(4));
      case 38 -> random.nextInt(3) == 0 ? Call.of(Verb.EXIT) : Call.of(Verb.FORK);
      default -> other(huge, at, length);
    };
  }

  /** Where calls go: mostly what is mapped, or from it on; or some pages of the window. */
  private long[] range(HugeTerrain huge, Terrain terrain) {
    long size = huge.pageSize();
    long length = (1 + random.nextInt(LONGEST)) * size;
    List<Vma> mapped = new ArrayList<>();
    for (Vma vma : terrain.vmas()) {
      if (vma.has(VmFlags.HUGETLB)) {
        mapped.add(vma);
      }
    }
    if (mapped.isEmpty() || random.nextInt(3) == 0) {
      return new long[] {huge.base() + random.nextInt(huge.pages()) * size, length};
    }
    Vma vma = mapped.get(random.nextInt(mapped.size()));
    long within = random.nextInt((int) Math.min(vma.length() / size, 8)) * size;
    return switch (random.nextInt(4)) {
      case 0, 1 -> new long[] {vma.start(), vma.length()};
      case 2 -> new long[] {vma.start() + within, size};
      default -> new long[] {vma.start() + within, length};
    };
  }

  private Call mmap(HugeTerrain huge, long at, long length, Swarm swarm) {
    int flags = random.nextBoolean() ? MapFlags.PRIVATE : MapFlags.SHARED;
    long file = -1;
    long offset = 0;
    if (swarm.favourite(2) == 0 || huge.files().isEmpty()) {
      flags |= MapFlags.ANONYMOUS | MapFlags.HUGETLB;
    } else {
      file = huge.files().get(swarm.favourite(huge.files().size()));
      offset = random.nextInt(FILE_PAGES) * huge.pageSize();
      offset += random.nextInt(20) == 0 ? P : 0;
    }
    int[] extra = {
      MapFlags.NORESERVE,
      MapFlags.NORESERVE,
      MapFlags.NORESERVE,
      MapFlags.POPULATE,
      MapFlags.LOCKED,
      MapFlags.NORESERVE | MapFlags.POPULATE
    };
    flags |= random.nextInt(2) == 0 ? extra[random.nextInt(extra.length)] : 0;
    boolean anywhere = random.nextInt(10) == 0;
    flags |= anywhere ? 0 : MapFlags.FIXED;
    return Call.of(Verb.MMAP, anywhere ? 0 : at, odd(length), common.prot(), flags, file, offset);
  }

  /** Moves; and what is refused: to grow, to stay beside a copy, to cut a huge page. */
  private Call move(HugeTerrain huge, long at, long length) {
    long to = huge.base() + random.nextInt(huge.pages()) * huge.pageSize();
    return switch (random.nextInt(8)) {
      case 0 -> Call.of(Verb.MREMAP, at, length, length + huge.pageSize(), 1, 0);
      case 1 -> Call.of(Verb.MREMAP, at, length, huge.pageSize(), random.nextInt(2), 0);
      case 2 -> Call.of(Verb.MREMAP, at, length, length, 7, to);
      case 3 -> Call.of(Verb.MREMAP, at, P, P, 3, to);
      case 4 -> Call.of(Verb.MREMAP, at, 0, length, 3, to);
      case 5 -> Call.of(Verb.MREMAP, at, length, length, 3, to + P);
      default -> Call.of(Verb.MREMAP, at, length, length, 3, to);
    };
  }

  private Call hole(HugeTerrain huge) {
    long size = huge.pageSize();
    long offset = random.nextInt(FILE_PAGES) * size + (random.nextInt(4) == 0 ? 7 * P : 0);
    long length =
        switch (random.nextInt(4)) {
          case 0 -> 3 * P;
          case 1 -> size + 5 * P;
          default -> (1 + random.nextInt(2)) * size;
        };
    return Call.of(Verb.PUNCH_HOLE, file(huge), offset, length);
  }

  private Call other(HugeTerrain huge, long at, long length) {
    return switch (random.nextInt(6)) {
      case 0 -> Call.of(Verb.MSYNC, at, length, random.nextInt(8));
      case 1 -> Call.of(Verb.MBIND, at, length, random.nextInt(2));
      case 2 -> Call.of(Verb.MSEAL, at, length);
      case 3 -> Call.of(Verb.REMAP_FILE_PAGES, at, length, 0, random.nextInt(3) * 512L, 0);
      case 4 -> Call.of(Verb.PWRITE64, file(huge), 0, 100);
      default -> Call.of(Verb.MLOCKALL, 1 + random.nextInt(7));
    };
  }

  private long file(HugeTerrain huge) {
    return huge.files().isEmpty() ? -1 : huge.files().get(random.nextInt(huge.files().size()));
  }

  /** Now and then a length that ends inside a huge page. */
  private long odd(long length) {
    return random.nextInt(16) == 0 ? length + P : length;
  }

  /** A few bytes of one of three huge pages. */
  private long place(HugeTerrain huge, long at) {
    long page = at + random.nextInt(LONGEST) * huge.pageSize();
    return switch (random.nextInt(4)) {
      case 0 -> page + 5 * P + 7;
      case 1 -> page + huge.pageSize() - 1;
      default -> page;
    };
  }
}
