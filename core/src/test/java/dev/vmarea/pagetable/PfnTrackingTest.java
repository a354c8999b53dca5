// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PfnTrackingTest {
  private static final PageProtection SHARED =
      Architecture.X86_64.protection(VmFlags.READ | VmFlags.WRITE | VmFlags.SHARED);

  /** In the hole for devices below 4 GiB. */
  private static final long DEVICE = 0xe_0000;

  private boolean reserveFails;
  private boolean contextFails;

  /** RAM in [0, a0), [100, c0000) and [100000, ...). */
  private final PhysicalMemory memory = PhysicalMemory.standard(0x20_0000);

  private final PfnTracking tracking =
      new PfnTracking(memory, () -> reserveFails, () -> contextFails);

  private PfnReservation reserve(long pfn, long pages, CacheMode wish) throws ErrnoException {
    return tracking.reserve(pfn, pages, SHARED.withCacheMode(wish));
  }

  private void refuses(long pfn, long pages, CacheMode wish) {
    int before = tracking.reservations().size();
    assertThatThrownBy(() -> reserve(pfn, pages, wish)).isSameAs(Errno.EINVAL.failure());
    assertThat(tracking.reservations()).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource
  void aDeviceIsReservedAsWished(CacheMode wish) throws ErrnoException {
    PfnReservation reservation = reserve(DEVICE, 4, wish);
    // Nothing but the wish for write-back is changed.
    CacheMode granted = wish == CacheMode.WRITE_BACK ? CacheMode.UNCACHED_MINUS : wish;
    assertThat(reservation.protection()).isEqualTo(SHARED.withCacheMode(granted));
    assertThat(reservation.isTracked()).isTrue();
    assertThat(reservation.pfn()).isEqualTo(DEVICE);
    assertThat(reservation.pages()).isEqualTo(4);
    assertThat(tracking.reservations()).containsExactly(new TrackedRange(DEVICE, 4, granted));
    tracking.verify();
  }

  @Test
  void writeBackIsGrantedWhereTheRangeRegistersSaySoForAllOfIt() throws ErrnoException {
    tracking.addWriteBackRange(new PfnRange(DEVICE, DEVICE + 4));
    assertThat(reserve(DEVICE, 4, CacheMode.WRITE_BACK).protection()).isEqualTo(SHARED);
    assertThat(reserve(DEVICE + 0x10, 4, CacheMode.WRITE_BACK).protection())
        .isEqualTo(SHARED.noncached());
    tracking.addWriteBackRange(new PfnRange(DEVICE + 0x20, DEVICE + 0x24));
    assertThat(reserve(DEVICE + 0x21, 4, CacheMode.WRITE_BACK).protection())
        .isEqualTo(SHARED.noncached());
  }

  /** Refused are four pairs; any other difference is accepted. */
  @ParameterizedTest
  @CsvSource({
    "WRITE_BACK, WRITE_BACK WRITE_COMBINING UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED",
    "WRITE_COMBINING, WRITE_COMBINING UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED",
    "UNCACHED_MINUS, WRITE_COMBINING UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED",
    "UNCACHED, WRITE_BACK WRITE_COMBINING UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED",
    "WRITE_THROUGH, UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED",
    "WRITE_PROTECTED, "
        + "WRITE_BACK WRITE_COMBINING UNCACHED_MINUS UNCACHED WRITE_THROUGH WRITE_PROTECTED"
  })
  void anOverlapGivesItsModeToWhoCanLiveWithIt(CacheMode wish, String acceptable)
      throws ErrnoException {
    tracking.addWriteBackRange(new PfnRange(DEVICE, DEVICE + 0x100));
    for (CacheMode there : CacheMode.values()) {
      PfnReservation first = reserve(DEVICE, 4, there);
      if (List.of(acceptable.split(" ", -1)).contains(there.name())) {
        PfnReservation second = reserve(DEVICE + 3, 4, wish);
        assertThat(second.protection()).isEqualTo(SHARED.withCacheMode(there));
        tracking.verify();
        second.release();
      } else {
        refuses(DEVICE + 3, 4, wish);
      }
      first.release();
    }
    assertThat(tracking.reservations()).isEmpty();
  }

  @Test
  void theFirstOverlapDecidesAndAnotherModeRefuses() throws ErrnoException {
    reserve(DEVICE, 2, CacheMode.WRITE_COMBINING);
    reserve(DEVICE + 4, 2, CacheMode.UNCACHED);
    // From one to the other: both overlap, with different modes.
    refuses(DEVICE + 1, 4, CacheMode.WRITE_COMBINING);
    refuses(DEVICE + 1, 4, CacheMode.UNCACHED);
    // The gap between them is free, and so are places that only touch.
    assertThat(reserve(DEVICE + 2, 2, CacheMode.WRITE_THROUGH).protection().cacheMode())
        .isEqualTo(CacheMode.WRITE_THROUGH);
    assertThat(reserve(DEVICE + 5, 9, CacheMode.UNCACHED_MINUS).protection().cacheMode())
        .isEqualTo(CacheMode.UNCACHED);
    tracking.verify();
  }

  @Test
  void identicalReservationsNest() throws ErrnoException {
    PfnReservation first = reserve(DEVICE, 2, CacheMode.WRITE_COMBINING);
    PfnReservation second = reserve(DEVICE, 2, CacheMode.WRITE_COMBINING);
    assertThat(tracking.reservations()).hasSize(2);
    first.release();
    assertThat(reserve(DEVICE, 1, CacheMode.UNCACHED).protection().cacheMode())
        .isEqualTo(CacheMode.WRITE_COMBINING);
    second.release();
    tracking.verify();
    assertThat(tracking.reservations()).hasSize(1);
  }

  @Test
  void theLastHolderFreesTheRange() throws ErrnoException {
    PfnReservation reservation = reserve(DEVICE, 2, CacheMode.UNCACHED);
    assertThat(reservation.share()).isSameAs(reservation);
    assertThat(reservation.references()).isEqualTo(2);
    reservation.release();
    assertThat(tracking.reservations()).hasSize(1);
    reservation.release();
    assertThat(tracking.reservations()).isEmpty();
    assertThatThrownBy(reservation::release).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(reservation::share).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({
    // all RAM; the last page; the first page; RAM in the middle
    "1000, 4",
    "bffff, 2",
    "fffff, 2",
    "c0000, 50000",
    // from below 1 MiB into RAM
    "f0, 20"
  })
  void aRangeThatTouchesRamIsNotReserved(String pfn, String pages) throws ErrnoException {
    PfnReservation reservation =
        reserve(Long.parseLong(pfn, 16), Long.parseLong(pages, 16), CacheMode.WRITE_COMBINING);
    assertThat(reservation.isTracked()).isFalse();
    assertThat(tracking.reservations()).isEmpty();
    reservation.release();
  }

  @Test
  void aRangeThatTouchesRamHasTheModeOfItsFirstPage() throws ErrnoException {
    assertThat(reserve(0xb_fff0, 0x20, CacheMode.UNCACHED).protection()).isEqualTo(SHARED);
    // The first page is of a device: uncached-minus, unless it is reserved.
    assertThat(reserve(0xf_fff0, 0x20, CacheMode.WRITE_BACK).protection())
        .isEqualTo(SHARED.noncached());
    reserve(0xf_fff0, 1, CacheMode.WRITE_COMBINING);
    assertThat(reserve(0xf_fff0, 0x20, CacheMode.WRITE_BACK).protection())
        .isEqualTo(SHARED.writeCombine());
  }

  @ParameterizedTest
  @EnumSource
  void oldDevicesAreWriteBackAndNotTracked(CacheMode wish) throws ErrnoException {
    PfnReservation reservation = reserve(0xa0, 0x60, wish);
    assertThat(reservation.protection()).isEqualTo(SHARED);
    assertThat(reservation.isTracked()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"9f, 2", "9f, 61", "0, 100"})
  void aRangeThatBeginsBelowOldDevicesIsTracked(String pfn, String pages) throws ErrnoException {
    PfnReservation reservation =
        reserve(Long.parseLong(pfn, 16), Long.parseLong(pages, 16), CacheMode.UNCACHED);
    assertThat(reservation.isTracked()).isTrue();
    assertThat(reservation.protection().cacheMode()).isEqualTo(CacheMode.UNCACHED);
  }

  @Test
  void belowOldDevicesNothingCountsAsRam() throws ErrnoException {
    // RAM for the range registers, which is why write-back is granted; tracked all the same.
    assertThat(reserve(0x10, 4, CacheMode.WRITE_BACK).protection()).isEqualTo(SHARED);
    assertThat(reserve(0x20, 4, CacheMode.UNCACHED).protection().cacheMode())
        .isEqualTo(CacheMode.UNCACHED);
    assertThat(tracking.reservations()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void withoutThePageAttributeTableEveryWishIsGranted(CacheMode wish) throws ErrnoException {
    reserve(DEVICE, 4, CacheMode.WRITE_COMBINING);
    tracking.setPatEnabled(false);
    PageProtection wanted = SHARED.withCacheMode(wish);
    PfnReservation reservation = tracking.reserve(DEVICE, 4, wanted);
    assertThat(reservation.protection()).isEqualTo(wanted);
    assertThat(tracking.partialProtection(DEVICE, 8, wanted)).isEqualTo(wanted);
    tracking.setPatEnabled(true);
    reservation.release();
    assertThat(tracking.reservations()).hasSize(1);
  }

  @Test
  void aPartOfAnAreaHasTheModeThatItsFramesHave() throws ErrnoException {
    reserve(DEVICE, 4, CacheMode.WRITE_COMBINING);
    PageProtection wanted = SHARED.withCacheMode(CacheMode.UNCACHED);
    assertThat(tracking.partialProtection(DEVICE, 4, wanted)).isEqualTo(SHARED.writeCombine());
    // Untracked devices are uncached-minus, RAM and old devices write-back.
    assertThat(tracking.partialProtection(DEVICE + 4, 0x100, wanted)).isEqualTo(SHARED.noncached());
    assertThat(tracking.partialProtection(0x1000, 0x1000, wanted)).isEqualTo(SHARED);
    assertThat(tracking.partialProtection(0xa0, 0x80, wanted)).isEqualTo(SHARED);
    assertThat(tracking.reservations()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    // reserved and not; not and reserved; RAM and device; device and RAM; low memory, old devices
    "e0003, 2",
    "dffff, 2",
    "bffff, 2",
    "fffff, 2",
    "9f, 2"
  })
  void aPartOfAnAreaNeedsFramesOfOneMode(String pfn, String pages) throws ErrnoException {
    reserve(DEVICE, 4, CacheMode.WRITE_COMBINING);
    assertThatThrownBy(() ->
            tracking.partialProtection(Long.parseLong(pfn, 16), Long.parseLong(pages, 16), SHARED))
        .isSameAs(Errno.EINVAL.failure());
  }

  @Test
  void twoReservationsOfOneModeAreOneForAPart() throws ErrnoException {
    reserve(DEVICE, 4, CacheMode.WRITE_COMBINING);
    reserve(DEVICE + 4, 4, CacheMode.WRITE_COMBINING);
    reserve(DEVICE + 8, 1, CacheMode.UNCACHED_MINUS);
    assertThat(tracking.partialProtection(DEVICE, 8, SHARED)).isEqualTo(SHARED.writeCombine());
    assertThat(tracking.partialProtection(DEVICE + 8, 8, SHARED)).isEqualTo(SHARED.noncached());
  }

  @Test
  void failuresLeaveNothingBehind() throws ErrnoException {
    reserveFails = true;
    refuses(DEVICE, 4, CacheMode.UNCACHED);
    // What is not reserved cannot fail so.
    assertThat(reserve(0x1000, 1, CacheMode.WRITE_BACK).isTracked()).isFalse();
    reserveFails = false;
    contextFails = true;
    for (long pfn : new long[] {DEVICE, 0x1000, 0xa0}) {
      assertThatThrownBy(() -> reserve(pfn, 1, CacheMode.UNCACHED))
          .isSameAs(Errno.ENOMEM.failure());
    }
    assertThat(tracking.reservations()).isEmpty();
    tracking.verify();
  }

  @Test
  void whatIsKeptIsKeptAsItWas() throws ErrnoException {
    // PAT alone means write-back, too; nothing changes, so the bits stay.
    PageProtection twin = new PageProtection(SHARED.bits() | PageProtection.PAT);
    assertThat(tracking.reserve(0x1000, 1, twin).protection()).isEqualTo(twin);
  }

  @Test
  void rangesAreOfFrames() {
    assertThatThrownBy(() -> reserve(DEVICE, 0, CacheMode.UNCACHED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reserve(-1, 1, CacheMode.UNCACHED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tracking.partialProtection(Long.MAX_VALUE, 2, SHARED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
