// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random reservations beside a plain list that is searched from the front, frame by frame. */
class PfnTrackingPropertyTest {
  /** RAM in [0, a0) and [100, 1000); devices behind it. */
  private static final PhysicalMemory MEMORY = PhysicalMemory.standard(0xfa0);

  private static final PfnRange WRITE_BACK = new PfnRange(0x1008, 0x1018);

  private static final class Naive {
    private final List<TrackedRange> list = new ArrayList<>();

    private static boolean isRam(long pfn) {
      return pfn >= 0x100 && pfn < 0x1000;
    }

    private static boolean isOldDevice(long pfn) {
      return pfn >= 0xa0 && pfn < 0x100;
    }

    private CacheMode mode(long pfn) {
      if (isRam(pfn) || isOldDevice(pfn)) {
        return CacheMode.WRITE_BACK;
      }
      for (TrackedRange each : list) {
        if (each.pfn() <= pfn && pfn < each.end()) {
          return each.mode();
        }
      }
      return CacheMode.UNCACHED_MINUS;
    }

    /** The mode that a reservation gets, or null if it is refused; added if it is tracked. */
    @Nullable CacheMode reserve(long pfn, long pages, CacheMode wish) {
      boolean old = true;
      boolean registers = true;
      for (long at = pfn; at < pfn + pages; at++) {
        if (isRam(at)) {
          return mode(pfn);
        }
        old &= isOldDevice(at);
        boolean covered = pfn >= WRITE_BACK.start() && pfn + pages <= WRITE_BACK.end();
        registers &= at < 0xa0 || covered;
      }
      if (old) {
        return CacheMode.WRITE_BACK;
      }
      CacheMode mode = null;
      for (TrackedRange each : list) {
        if (each.pfn() < pfn + pages && each.end() > pfn) {
          if (mode != null && mode != each.mode()) {
            return null;
          }
          mode = each.mode();
        }
      }
      if (mode == null) {
        mode = wish == CacheMode.WRITE_BACK && !registers ? CacheMode.UNCACHED_MINUS : wish;
      }
      boolean refused =
          switch (wish + " got " + mode) {
            case "uncached-minus got write-back",
                "write-combining got write-back",
                "write-through got write-back",
                "write-through got write-combining" ->
                true;
            default -> false;
          };
      if (refused) {
        return null;
      }
      list.add(new TrackedRange(pfn, pages, mode));
      return mode;
    }

    /** The mode that all frames have, or null. */
    @Nullable CacheMode partial(long pfn, long pages) {
      for (long at = pfn; at < pfn + pages; at++) {
        if (mode(at) != mode(pfn)) {
          return null;
        }
      }
      return mode(pfn);
    }
  }

  private static PageProtection wish(RandomGenerator random) {
    return new PageProtection(0x27).withCacheMode(CacheMode.values()[random.nextInt(6)]);
  }

  private static void step(
      RandomGenerator random, PfnTracking tracking, Naive naive, List<PfnReservation> held)
      throws ErrnoException {
    int kind = random.nextInt(8);
    if (kind < 3 && !held.isEmpty()) {
      PfnReservation reservation = held.remove(random.nextInt(held.size()));
      if (kind == 0) {
        reservation.share();
        held.add(reservation);
        held.add(reservation);
        return;
      }
      reservation.release();
      if (reservation.references() == 0 && reservation.isTracked()) {
        CacheMode mode = reservation.protection().cacheMode();
        naive.list.remove(new TrackedRange(reservation.pfn(), reservation.pages(), mode));
      }
      return;
    }
    long pfn = new long[] {0x98, 0xf8, 0xff8, 0x1000}[random.nextInt(4)] + random.nextInt(0x20);
    long pages = 1L + random.nextInt(random.nextInt(8) == 0 ? 0x80 : 4);
    PageProtection wanted = wish(random);
    boolean full = kind < 7;
    CacheMode expected =
        full ? naive.reserve(pfn, pages, wanted.cacheMode()) : naive.partial(pfn, pages);
    CacheMode found;
    try {
      if (full) {
        PfnReservation reservation = tracking.reserve(pfn, pages, wanted);
        held.add(reservation);
        found = reservation.protection().cacheMode();
      } else {
        found = tracking.partialProtection(pfn, pages, wanted).cacheMode();
      }
    } catch (ErrnoException e) {
      found = null;
    }
    assertThat(found).as("%x+%x %s", pfn, pages, wanted).isEqualTo(expected);
  }

  @Test
  void behavesLikeAPlainList() {
    long given = Long.getLong("vmarea.seed", System.nanoTime());
    for (long seed = given; seed < given + Integer.getInteger("vmarea.runs", 20); seed++) {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      PfnTracking tracking = new PfnTracking(MEMORY, () -> false, () -> false);
      tracking.addWriteBackRange(WRITE_BACK);
      Naive naive = new Naive();
      List<PfnReservation> held = new ArrayList<>();
      try {
        for (int i = 0; i < 400; i++) {
          step(random, tracking, naive, held);
          tracking.verify();
          Comparator<TrackedRange> order =
              Comparator.comparingLong(TrackedRange::pfn).thenComparingLong(TrackedRange::pages);
          naive.list.sort(order);
          assertThat(tracking.reservations()).isEqualTo(naive.list);
        }
        held.forEach(PfnReservation::release);
        assertThat(tracking.reservations()).isEmpty();
        tracking.verify();
      } catch (Exception | AssertionError e) {
        fail("-Dvmarea.seed=%d".formatted(seed), e);
      }
    }
  }

  @Test
  void threadsShareTheTracking() throws Exception {
    PfnTracking tracking = new PfnTracking(MEMORY, () -> false, () -> false);
    PageProtection wanted = new PageProtection(0x27).writeCombine();
    Callable<Void> work =
        () -> {
          for (int i = 0; i < 3000; i++) {
            PfnReservation reservation = tracking.reserve(0x2000 + i % 7, 1 + i % 5, wanted);
            reservation.share();
            reservation.release();
            assertThat(reservation.protection()).isEqualTo(wanted);
            reservation.release();
          }
          return null;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (Future<Void> each : threads.invokeAll(List.of(work, work, work))) {
        each.get();
      }
    }
    tracking.verify();
    assertThat(tracking.reservations()).isEmpty();
  }
}
