// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.SplittableRandom;

/**
 * What one sequence is about. Calls of every kind, everywhere and with every argument, seldom meet;
 * so each sequence prefers some kinds of calls, few protections, advices and files, and a window
 * that may be small.
 */
final class Swarm {
  /** Kinds of calls with the weight that they have on average. */
  enum Kind {
    MMAP(170),
    MUNMAP(60),
    MPROTECT(130),
    MREMAP(110),
    WRITE(150),
    READ(110),
    MADVISE(85),
    LOCK(45),
    MBIND(25),
    BRK(25),
    OTHER(50),
    FORK(20),
    SWITCH(30),
    EXIT(5),
    LIMIT(14),
    TRUNCATE(8),
    FILE_WRITE(30),
    HOLE(12),
    FILE_SEALS(5),
    HUGE(250),
    SEAL(5),
    MDWE(1),
    PERSONALITY(3),
    SEGMENT(35),
    ODD(35),
    IDIOM(40),
    PAGES(60);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  private static final int[] FACTORS = {0, 1, 4, 4, 16};
  private static final int[] WINDOWS = {5, 8, 12, 20, 64, 64};
  private static final int[] USUAL_PROT = {0, 1, 1, 3, 3, 3, 3, 5};
  private static final int CHOICES = 3;

  private final SplittableRandom random;
  private final int[] cumulative = new int[Kind.values().length];
  private final int window;
  private final int firstPage;
  private final boolean ofFiles;
  private final int[] prot = new int[CHOICES];
  private final int[] favourites = new int[CHOICES];

  Swarm(SplittableRandom random, int windowPages) {
    this.random = random;
    int sum = 0;
    for (Kind kind : Kind.values()) {
      sum += kind.weight * FACTORS[random.nextInt(FACTORS.length)];
      cumulative[kind.ordinal()] = sum;
    }
    if (sum == 0) {
      cumulative[cumulative.length - 1] = 1;
    }
    window = Math.min(windowPages, WINDOWS[random.nextInt(WINDOWS.length)]);
    // Small windows stand at the top, where mappings without a hint come, or in the middle.
    firstPage = random.nextBoolean() ? windowPages - window : (windowPages - window) / 2;
    for (int i = 0; i < CHOICES; i++) {
      prot[i] = USUAL_PROT[random.nextInt(USUAL_PROT.length)];
      favourites[i] = random.nextInt(1 << 16);
    }
    prot[0] = 3;
    ofFiles = random.nextInt(3) == 0;
  }

  Kind kind() {
    int dice = random.nextInt(cumulative[cumulative.length - 1]);
    int at = 0;
    while (cumulative[at] <= dice) {
      at++;
    }
    return Kind.values()[at];
  }

  /** Whether what is mapped is mostly files. */
  boolean isOfFiles() {
    return ofFiles;
  }

  /** Pages in the window of this sequence. */
  int window() {
    return window;
  }

  /** The first page of the window, counted from the beginning of the terrain's. */
  int firstPage() {
    return firstPage;
  }

  int prot() {
    return random.nextInt(8) == 0 ? random.nextInt(8) : prot[random.nextInt(CHOICES)];
  }

  /** One of {@code bound} numbers: mostly one of three that are the same in the whole sequence. */
  int favourite(int bound) {
    return random.nextInt(6) == 0
        ? random.nextInt(bound)
        : favourites[random.nextInt(CHOICES)] % bound;
  }
}
