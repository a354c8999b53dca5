// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.jmh;

import dev.vmarea.space.VmaTree;
import dev.vmarea.vma.Vma;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * The tree alone under the operation mix of the peers: N slots of 8 pages, a VMA on pages 0 to 3 of
 * each, attributes alternate; every phase runs over random slots in random order and is timed as a
 * whole. Prints median, least and greatest time an operation in ns as tab-separated values, in the
 * peers' format.
 *
 * <p>Usage: {@code VmaTreeBench N [repetitions]}. With {@code -Dvmarea.clock=cpu} it counts the
 * thread's processor time instead of wall time, for busy machines.
 */
public final class VmaTreeBench {
  private static final long PAGE = 4096;
  private static final long SLOT = 8 * PAGE;
  private static final long BASE = 0x1_0000_0000L;
  private static final long TASK_SIZE = 0x7fff_ffff_f000L;
  private static final int WARM_UP = 6;
  private static final boolean CPU_CLOCK = "cpu".equals(System.getProperty("vmarea.clock"));

  private enum Phase {
    LOOKUP("find_vma lookup (hit)"),
    NEW("map fixed, new VMA in a gap"),
    UNMAP_NEW("munmap that whole VMA"),
    MERGE("map fixed merging into prev"),
    SHRINK("munmap tail (shrinks VMA)"),
    SPLIT("mprotect middle page: split 1->3"),
    JOIN("mprotect back: merge 3->1"),
    UNMAP("munmap existing whole VMA (4p)"),
    REMAP("map it back (new VMA)"),
    REPLACE("map fixed over an existing VMA (replace)"),
    GAP_BELOW("gap search top-down below random limit (2p)"),
    GAP_FAR("gap search top-down, 64p gap only at the bottom"),
    GAP_ABOVE("gap search bottom-up from random (2p)");

    private final String title;

    Phase(String title) {
      this.title = title;
    }
  }

  private final int n;
  private final int repetitions;
  private final int[] slots;
  private VmaTree tree = new VmaTree();
  private SimpleSpace space = new SimpleSpace(tree);
  private long random = 88172645463325252L;
  private long sink;

  private VmaTreeBench(int n, int repetitions) {
    this.n = n;
    this.repetitions = repetitions;
    this.slots = new int[Math.min(n / 16, 20000)];
  }

  /** Runs all phases. */
  public static void main(String[] args) {
    int n = Integer.parseInt(args[0]);
    new VmaTreeBench(n, args.length > 1 ? Integer.parseInt(args[1]) : 7).run();
  }

  private static long now() {
    return CPU_CLOCK
        ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private long next() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }

  private static long flags(long slot) {
    return (slot & 1) != 0 ? 1 : 3;
  }

  private void run() {
    build();
    int inner = 40000 / slots.length;
    Phase[] phases = Phase.values();
    double[][] times = new double[phases.length][repetitions];
    for (int r = -WARM_UP; r < repetitions; r++) {
      double[] sums = new double[phases.length];
      for (int i = 0; i < inner; i++) {
        chooseSlots();
        for (Phase phase : phases) {
          long begun = now();
          sink += run(phase);
          sums[phase.ordinal()] += now() - begun;
        }
      }
      if (tree.size() != n) {
        throw new IllegalStateException("size " + tree.size());
      }
      for (int p = 0; r >= 0 && p < phases.length; p++) {
        times[p][r] = sums[p] / ((double) inner * slots.length);
      }
    }
    tree.verify();
    for (Phase phase : phases) {
      report(phase.title, times[phase.ordinal()]);
    }
    iterate();
    long begun = now();
    tree.remove(BASE, BASE + n * SLOT);
    report("one munmap of all N VMAs, per VMA", (now() - begun) / (double) n);
    if (tree.size() != 0 || sink == 42) {
      throw new IllegalStateException("not empty");
    }
  }

  private void build() {
    double[] times = new double[Math.max(5, 600_000 / n)];
    for (int r = 0; r < times.length; r++) {
      tree = new VmaTree();
      space = new SimpleSpace(tree);
      long begun = now();
      for (int i = 0; i < n; i++) {
        long base = BASE + i * SLOT;
        space.map(base, base + 4 * PAGE, flags(i));
      }
      times[r] = (now() - begun) / (double) n;
    }
    System.gc(); // as a program that runs for some time has its heap
    report("build ascending, per VMA", Arrays.copyOfRange(times, times.length / 2, times.length));
  }

  private void iterate() {
    double[] times = new double[Math.max(2 * repetitions, 600_000 / n)];
    for (int r = 0; r < times.length; r++) {
      long begun = now();
      for (Vma vma : tree) {
        sink += vma.start();
      }
      times[r] = (now() - begun) / (double) n;
    }
    report("iterate all VMAs, per VMA", Arrays.copyOfRange(times, times.length / 2, times.length));
  }

  private void chooseSlots() {
    int stride = n / slots.length;
    for (int i = 0; i < slots.length; i++) {
      slots[i] = i * stride + (int) Long.remainderUnsigned(next(), stride - 1);
    }
    for (int i = slots.length - 1; i > 0; i--) {
      int other = (int) Long.remainderUnsigned(next(), i + 1);
      int kept = slots[i];
      slots[i] = slots[other];
      slots[other] = kept;
    }
  }

  private long run(Phase phase) {
    return switch (phase) {
      case LOOKUP -> lookups();
      case NEW -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.map(base + 6 * PAGE, base + 7 * PAGE, flags(slot));
        }
        yield 0;
      }
      case UNMAP_NEW -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.unmap(base + 6 * PAGE, base + 7 * PAGE);
        }
        yield 0;
      }
      case MERGE -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.map(base + 4 * PAGE, base + 5 * PAGE, flags(slot));
        }
        yield 0;
      }
      case SHRINK -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.unmap(base + 4 * PAGE, base + 5 * PAGE);
        }
        yield 0;
      }
      case SPLIT -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.protect(base + PAGE, base + 2 * PAGE, 0);
        }
        yield 0;
      }
      case JOIN -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.protect(base + PAGE, base + 2 * PAGE, flags(slot));
        }
        yield 0;
      }
      case UNMAP -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.unmap(base, base + 4 * PAGE);
        }
        yield 0;
      }
      case REMAP, REPLACE -> {
        for (int slot : slots) {
          long base = BASE + slot * SLOT;
          space.map(base, base + 4 * PAGE, flags(slot));
        }
        yield 0;
      }
      case GAP_BELOW -> gapsBelow(2 * PAGE);
      case GAP_FAR -> gapsBelow(64 * PAGE);
      case GAP_ABOVE -> gapsAbove();
    };
  }

  private long lookups() {
    long sum = 0;
    for (int slot : slots) {
      Vma vma = tree.lookup(BASE + slot * SLOT + (slot & 3) * PAGE);
      if (vma == null) {
        throw new IllegalStateException("lost");
      }
      sum += vma.start();
    }
    return sum;
  }

  private long gapsBelow(long size) {
    long sum = 0;
    for (int slot : slots) {
      long end = tree.findGapBelow(PAGE, BASE + slot * SLOT + SLOT, size);
      if (end < 0) {
        throw new IllegalStateException("no gap");
      }
      sum += end;
    }
    return sum;
  }

  private long gapsAbove() {
    long sum = 0;
    for (int slot : slots) {
      long start = tree.findGapAbove(BASE + slot * SLOT, TASK_SIZE, 2 * PAGE);
      if (start < 0) {
        throw new IllegalStateException("no gap");
      }
      sum += start;
    }
    return sum;
  }

  private void report(String title, double... times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s\t%d\tvmarea\t%.1f\t%.1f\t%.1f\tns/op%n",
        title,
        n,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
