// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.vma.Vma;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * The calls of {@link Vocabulary#KERNEL}, by weight: what a process may ask, and some of what it
 * may not. Lengths that succeed stay small, since locked memory is filled.
 */
final class KernelCalls {
  private static final long P = 4096;
  private static final long HUGE = 2L << 20;

  // Not PAGEOUT: what it takes depends on who else holds a page at that moment, above all DAMON.
  private static final int[] ADVICE = {
    Advice.NORMAL,
    Advice.RANDOM,
    Advice.SEQUENTIAL,
    Advice.WILLNEED,
    Advice.DONTNEED,
    Advice.FREE,
    Advice.REMOVE,
    Advice.DONTFORK,
    Advice.DOFORK,
    Advice.MERGEABLE,
    Advice.UNMERGEABLE,
    Advice.HUGEPAGE,
    Advice.NOHUGEPAGE,
    Advice.DONTDUMP,
    Advice.DODUMP,
    Advice.WIPEONFORK,
    Advice.KEEPONFORK,
    Advice.COLD,
    Advice.POPULATE_READ,
    Advice.POPULATE_WRITE,
    Advice.DONTNEED_LOCKED,
    Advice.COLLAPSE,
    Advice.GUARD_INSTALL,
    Advice.GUARD_REMOVE
  };

  // Advice that splits and joins comes more often than advice that only throws pages away.
  private static final int[] FLAG_ADVICE = {
    Advice.RANDOM, Advice.SEQUENTIAL, Advice.NORMAL, Advice.DONTFORK, Advice.DOFORK,
    Advice.DONTDUMP, Advice.DODUMP, Advice.WIPEONFORK, Advice.KEEPONFORK, Advice.MERGEABLE
  };

  // Advice about pages, which a load or mincore shows.
  private static final int[] PAGE_ADVICE = {
    Advice.DONTNEED,
    Advice.FREE,
    Advice.REMOVE,
    Advice.COLD,
    Advice.POPULATE_READ,
    Advice.POPULATE_WRITE,
    Advice.DONTNEED_LOCKED,
    Advice.GUARD_INSTALL,
    Advice.GUARD_REMOVE
  };

  private static final int[] MAP_EXTRAS = {
    MapFlags.NORESERVE,
    MapFlags.STACK,
    MapFlags.GROWSDOWN,
    MapFlags.LOCKED,
    MapFlags.POPULATE,
    MapFlags.POPULATE | MapFlags.NONBLOCK,
    MapFlags.SYNC,
    MapFlags.BIT32,
    MapFlags.ABOVE4G,
    MapFlags.DENYWRITE,
    MapFlags.EXECUTABLE,
    MapFlags.HUGETLB,
    MapFlags.UNINITIALIZED,
    0x400,
    MapFlags.HUGETLB | 5 << MapFlags.HUGE_SHIFT,
    MapFlags.HUGETLB | 30 << MapFlags.HUGE_SHIFT
  };

  private final SplittableRandom random;
  private final CallGenerator common;
  private final HugeCalls hugeCalls;
  private final Queue<Call> pending = new ArrayDeque<>();

  KernelCalls(SplittableRandom random, CallGenerator common) {
    this.random = random;
    this.common = common;
    this.hugeCalls = new HugeCalls(random, common);
  }

  Call next(Terrain terrain, Swarm swarm, long at, long length) {
    if (!pending.isEmpty() && random.nextInt(10) != 0) {
      return pending.remove();
    }
    return switch (swarm.kind()) {
      case MMAP -> mmap(terrain, at, length);
      case MUNMAP -> Call.of(Verb.MUNMAP, at, length);
      case MPROTECT ->
          Call.of(Verb.MPROTECT, at, length, random.nextInt(20) == 0 ? oddProt() : common.prot());
      case MREMAP -> mremap(terrain, at, length);
      case WRITE -> Call.of(Verb.WRITE, at + byteOfPage());
      case READ -> Call.of(Verb.READ, at + byteOfPage());
      case MADVISE -> {
        int[] list = random.nextInt(3) == 0 ? ADVICE : FLAG_ADVICE;
        yield Call.of(Verb.MADVISE, at, length, list[swarm.favourite(list.length)]);
      }
      case LOCK ->
          random.nextBoolean()
              ? Call.of(Verb.MLOCK2, at, length, random.nextInt(2))
              : Call.of(Verb.MUNLOCK, at, length);
      case MBIND -> Call.of(Verb.MBIND, at, length, random.nextInt(2));
      case BRK -> brk(terrain);
      case OTHER -> common.other(terrain, at, length);
      case FORK -> Call.of(Verb.FORK);
      case SWITCH -> Call.of(Verb.SWITCH, random.nextInt(4));
      case EXIT -> Call.of(Verb.EXIT);
      case LIMIT -> limit(terrain);
      case TRUNCATE -> truncate(terrain);
      case FILE_WRITE -> fileWrite(terrain, swarm);
      case HOLE -> hole(terrain, swarm);
      case FILE_SEALS -> sealing(terrain, swarm, at);
      case HUGE -> {
        HugeTerrain huge = terrain.huge();
        yield huge == null
            ? Call.of(Verb.WRITE, at + byteOfPage())
            : hugeCalls.next(huge, terrain, swarm);
      }
      case SEAL -> Call.of(Verb.MSEAL, at, P * (1 + random.nextInt(2)));
      case PERSONALITY ->
          // Without randomisation it stays, which a fork would not change either.
          Call.of(Verb.PERSONALITY, 0x40000L | (random.nextInt(3) == 0 ? 0 : 0x400000));
      case MDWE -> Call.of(Verb.SET_MDWE, random.nextInt(8) == 0 ? random.nextInt(5) : 1);
      case SEGMENT -> segment(terrain, at);
      case ODD -> odd(terrain, at, length);
      case PAGES ->
          random.nextInt(3) == 0
              ? Call.of(Verb.MINCORE, at, length, common.anyPage(terrain) + byteOfPage())
              : Call.of(Verb.MADVISE, at, length, PAGE_ADVICE[random.nextInt(PAGE_ADVICE.length)]);
      case IDIOM -> {
        long elsewhere = common.anyPage(terrain);
        pending.clear();
        pending.addAll(Idiom.at(random, terrain, at, elsewhere, swarm.favourite(terrain.files())));
        yield pending.remove();
      }
    };
  }

  private Call segment(Terrain terrain, long at) {
    if (terrain.removableSegment() != 0 && random.nextInt(12) == 0) {
      return Call.of(Verb.SHM_REMOVE, terrain.removableSegment());
    }
    if (random.nextInt(3) == 0) {
      return Call.of(Verb.SHMDT, at);
    }
    Call call = common.shmat(terrain, at);
    // Over what is there already: else most attachments find no room.
    boolean replaces = call.argument(1) != 0 && random.nextBoolean();
    return replaces ? Call.of(Verb.SHMAT, call.argument(0), at, call.argument(2) | 0x4000) : call;
  }

  private Call mmap(Terrain terrain, long at, long length) {
    return switch (random.nextInt(24)) {
      case 0 -> Call.of(Verb.MMAP, 0, length, common.prot(), anonymous(), -1, 0);
      case 1 ->
          Call.of(Verb.MMAP, 0, HUGE * (1 + random.nextInt(2)), common.prot(), anonymous(), -1, 0);
      case 2 -> // huge lengths of file mappings are aligned for the file's offset
          Call.of(
              Verb.MMAP,
              random.nextInt(3) == 0 ? at : 0,
              HUGE + random.nextInt(3) * P,
              1,
              random.nextBoolean() ? MapFlags.SHARED : MapFlags.PRIVATE,
              random.nextInt(terrain.files()),
              random.nextInt(3) * P);
      case 3 ->
          withFlags(
              common.mmap(terrain, at, length), MAP_EXTRAS[random.nextInt(MAP_EXTRAS.length)]);
      case 4 -> // SHARED_VALIDATE and types that there are not
          withFlags(
              common.mmap(terrain, at, length),
              random.nextBoolean()
                  ? random.nextInt(16)
                  : 3 | MAP_EXTRAS[random.nextInt(MAP_EXTRAS.length)]);
      case 5 ->
          Call.of(Verb.MMAP, at, length, common.prot(), MapFlags.SHARED, terrain.files() + 1L, 0);
      default -> common.mmap(terrain, at, length);
    };
  }

  private int anonymous() {
    int flags = MapFlags.ANONYMOUS | (random.nextInt(4) == 0 ? MapFlags.SHARED : MapFlags.PRIVATE);
    return random.nextInt(4) == 0 ? flags | MAP_EXTRAS[random.nextInt(MAP_EXTRAS.length)] : flags;
  }

  private static Call withFlags(Call call, int flags) {
    long[] a = call.values();
    a[3] |= flags;
    return Call.of(call.verb(), a);
  }

  private Call mremap(Terrain terrain, long at, long length) {
    Call call = common.mremap(terrain, at, length);
    long[] a = call.values();
    switch (random.nextInt(10)) {
      case 0 -> a[4] = at + length; // right behind
      case 1 -> a[4] = Math.max(P, at - a[2]); // right before
      case 2 -> {
        a[3] = 1;
        a[2] = length + P;
      }
      case 3 -> {
        a[3] = 0;
        a[2] = length + P * (1 + random.nextInt(3));
      }
      case 4 -> a[3] = random.nextBoolean() ? 5 : 7;
      default -> {}
    }
    return Call.of(Verb.MREMAP, a);
  }

  private Call brk(Terrain terrain) {
    long at = terrain.heap() + random.nextInt(12) * P;
    return Call.of(Verb.BRK, random.nextInt(4) == 0 ? at + random.nextInt(4096) - 100 : at);
  }

  private int oddProt() {
    int[] odd = {8, 0x10, 0x01000000, 0x02000000, 0x03000000, 0x01000003, 0x01000001};
    return odd[random.nextInt(odd.length)];
  }

  private Call limit(Terrain terrain) {
    long total = 0;
    long data = 0;
    for (Vma vma : terrain.vmas()) {
      total += vma.length();
      boolean counts =
          (vma.flags() & (VmFlags.WRITE | VmFlags.SHARED | VmFlags.GROWSDOWN)) == VmFlags.WRITE;
      data += counts ? vma.length() : 0;
    }
    long some = random.nextInt(10) * P + random.nextInt(2) * 100L;
    boolean lifts = random.nextInt(3) == 0;
    return switch (random.nextInt(4)) {
      case 0 -> Call.of(Verb.SETRLIMIT, ResourceLimits.RLIMIT_AS, lifts ? -1 : total + some);
      case 1 -> Call.of(Verb.SETRLIMIT, ResourceLimits.RLIMIT_DATA, lifts ? -1 : data + some);
      case 2 -> Call.of(Verb.SETRLIMIT, ResourceLimits.RLIMIT_STACK, lifts ? HUGE : 2 * some);
      default ->
          Call.of(
              Verb.SETRLIMIT,
              ResourceLimits.RLIMIT_MEMLOCK,
              lifts ? HUGE : random.nextInt(3) * some);
    };
  }

  private Call truncate(Terrain terrain) {
    long bytes = random.nextInt(24) * P + (random.nextBoolean() ? 0 : random.nextInt(4096));
    return Call.of(Verb.FTRUNCATE, random.nextInt(terrain.files()), bytes);
  }

  private Call hole(Terrain terrain, Swarm swarm) {
    long offset = random.nextInt(20) * P;
    long length = random.nextInt(12) == 0 ? 0 : (1 + random.nextInt(6)) * P;
    return Call.of(Verb.PUNCH_HOLE, swarm.favourite(terrain.files()), offset, length);
  }

  /** Seals, or seals beside a mapping that may be in their way, and what they forbid. */
  private Call sealing(Terrain terrain, Swarm swarm, long at) {
    long file = swarm.favourite(terrain.files());
    if (random.nextBoolean()) {
      return Call.of(Verb.ADD_SEALS, file, seals(swarm));
    }
    long seals = seals(swarm);
    int shared = MapFlags.FIXED | MapFlags.SHARED;
    int type = random.nextInt(4) == 0 ? MapFlags.FIXED | MapFlags.PRIVATE : shared;
    pending.clear();
    pending.add(Call.of(Verb.MMAP, at, 2 * P, random.nextInt(3) == 0 ? 1 : 3, type, file, 0));
    pending.add(Call.of(Verb.ADD_SEALS, file, seals));
    if (random.nextBoolean()) {
      pending.add(Call.of(Verb.MUNMAP, at, random.nextBoolean() ? P : 2 * P));
      pending.add(Call.of(Verb.ADD_SEALS, file, seals));
    }
    pending.add(
        switch (random.nextInt(4)) {
          case 0 -> Call.of(Verb.FTRUNCATE, file, random.nextInt(24) * P);
          case 1 -> Call.of(Verb.PUNCH_HOLE, file, 0, P);
          case 2 -> Call.of(Verb.PWRITE64, file, P - 50, 100);
          default -> Call.of(Verb.MMAP, at, P, 3, shared, file, 0);
        });
    pending.add(Call.of(Verb.MPROTECT, at, P, 3));
    return pending.remove();
  }

  /** Mostly one; the first one, which forbids others, seldom; one that there is not, too. */
  private long seals(Swarm swarm) {
    return switch (random.nextInt(12)) {
      case 0 -> 1;
      case 1 -> 0x40;
      case 2 -> random.nextInt(64);
      case 3 -> 0;
      default -> 2L << swarm.favourite(5);
    };
  }

  private Call fileWrite(Terrain terrain, Swarm swarm) {
    long offset = random.nextInt(22) * P + byteOfPage();
    return Call.of(
        Verb.PWRITE64, swarm.favourite(terrain.files()), offset, 1 + random.nextInt(300));
  }

  /** Arguments that are refused, or that mean nothing. */
  private Call odd(Terrain terrain, long at, long length) {
    long off = at + 1 + random.nextInt(4095);
    long huge = random.nextBoolean() ? -P : 1L << 47;
    return switch (random.nextInt(25)) {
      case 0 -> Call.of(Verb.MUNMAP, off, length);
      case 24 -> Call.of(Verb.MUNMAP, at, random.nextBoolean() ? 0 : -1);
      case 1 -> Call.of(Verb.MUNMAP, 1L << 47, length);
      case 2 -> Call.of(Verb.MPROTECT, off, length, 3);
      case 3 -> Call.of(Verb.MPROTECT, at, random.nextBoolean() ? 0 : -1, common.prot());
      case 4 -> Call.of(Verb.MREMAP, off, length, length, random.nextInt(4), at);
      case 5 -> Call.of(Verb.MREMAP, at, length, 0, random.nextInt(8), at);
      case 6 -> Call.of(Verb.MREMAP, at, length, huge, random.nextInt(8), at);
      case 7 -> Call.of(Verb.MREMAP, at, length, length, 8 + random.nextInt(8), at);
      case 8 -> Call.of(Verb.MREMAP, at, length, length, 3, at + P);
      case 9 -> Call.of(Verb.MADVISE, off, length, Advice.DONTNEED);
      case 10 -> Call.of(Verb.MADVISE, at, random.nextBoolean() ? 0 : -1, Advice.DONTDUMP);
      case 11 -> Call.of(Verb.MADVISE, at, length, random.nextInt(120));
      case 12 -> Call.of(Verb.MLOCK2, off, random.nextInt(3) * P, random.nextInt(3));
      case 13 -> Call.of(Verb.MUNLOCK, off, random.nextBoolean() ? -1 : length);
      case 14 -> Call.of(Verb.MSYNC, random.nextBoolean() ? off : at, length, random.nextInt(16));
      case 15 -> Call.of(Verb.MINCORE, off, length, common.anyPage(terrain));
      case 16 -> Call.of(Verb.MSEAL, off, length);
      case 17 ->
          Call.of(Verb.MMAP, off, length, 3, common.mmap(terrain, at, length).argument(3), -1, 0);
      case 18 -> Call.of(Verb.MMAP, at, random.nextBoolean() ? 0 : -1, 3, 0x32, -1, 0);
      case 19 -> Call.of(Verb.MMAP, 0, huge - P, 1, 0x4022, -1, 0);
      case 20 -> Call.of(Verb.MMAP, 0, terrain.tooMuch(), 3, 0x22, -1, 0);
      case 21 ->
          Call.of(
              Verb.MMAP,
              at,
              length,
              1,
              2,
              random.nextInt(terrain.files()),
              random.nextBoolean() ? 100 : huge);
      case 22 ->
          Call.of(
              Verb.MMAP,
              random.nextInt(3) * P,
              length,
              1,
              random.nextBoolean() ? 0x22 : 0x32,
              -1,
              0);
      default -> Call.of(Verb.SHMAT, random.nextInt(4), off, random.nextInt(16) << 12);
    };
  }

  /** Few, so that what is stored is loaded again, and not only where the next store will be. */
  private int byteOfPage() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> 0;
      case 2 -> 1000;
      case 3 -> 4095;
      default -> random.nextInt(4096);
    };
  }
}
