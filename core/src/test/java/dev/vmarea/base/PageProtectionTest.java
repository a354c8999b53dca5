// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PageProtectionTest {
  /** Present, writable, user, accessed, no execution: 1 + 2 + 4 + 0x20 and bit 63. */
  private static final PageProtection SHARED = new PageProtection(0x8000_0000_0000_0027L);

  /** PWT is 8, PCD is 0x10, PAT is 0x80. */
  @ParameterizedTest
  @CsvSource({
    "WRITE_BACK, 0",
    "WRITE_COMBINING, 8",
    "UNCACHED_MINUS, 10",
    "UNCACHED, 18",
    "WRITE_PROTECTED, 88",
    "WRITE_THROUGH, 98"
  })
  void everyCacheModeHasItsBits(CacheMode mode, String bits) {
    assertThat(mode.bits()).isEqualTo(Long.parseLong(bits, 16));
    assertThat(CacheMode.ofBits(mode.bits() | SHARED.bits())).isEqualTo(mode);
  }

  @Test
  void patternsWithoutAModeReadAsTheirTwins() {
    assertThat(CacheMode.ofBits(0x80)).isEqualTo(CacheMode.WRITE_BACK);
    assertThat(CacheMode.ofBits(0x90)).isEqualTo(CacheMode.UNCACHED_MINUS);
  }

  @ParameterizedTest
  @EnumSource
  void aCacheModeReplacesTheOneBefore(CacheMode mode) {
    for (CacheMode before : CacheMode.values()) {
      PageProtection changed = SHARED.withCacheMode(before).withCacheMode(mode);
      assertThat(changed.bits()).isEqualTo(SHARED.bits() | mode.bits());
      assertThat(changed.cacheMode()).isEqualTo(mode);
    }
  }

  @Test
  void noncachedAddsItsBitToWhatIsThere() {
    assertThat(SHARED.noncached().cacheMode()).isEqualTo(CacheMode.UNCACHED_MINUS);
    assertThat(SHARED.writeCombine().noncached().cacheMode()).isEqualTo(CacheMode.UNCACHED);
    assertThat(SHARED.writeThrough().noncached().cacheMode()).isEqualTo(CacheMode.WRITE_THROUGH);
  }

  @Test
  void writeCombineAndWriteThroughReplaceTheMode() {
    assertThat(SHARED.noncached().writeCombine().bits()).isEqualTo(SHARED.bits() | 0x8);
    assertThat(SHARED.noncached().writeThrough().bits()).isEqualTo(SHARED.bits() | 0x98);
  }

  /** Keeps 3 4 5 6 7 9 10 11 47 58; takes the rest, here 0 1 2 8 59 63. */
  @Test
  void modifyKeepsWhatIsNotAboutRights() {
    long kept =
        1L << 3 | 1L << 4 | 1L << 5 | 1L << 6 | 1L << 7 | 1L << 9 | 1L << 10 | 1L << 11 | 1L << 47
            | 1L << 58;
    long taken = 1L << 0 | 1L << 1 | 1L << 2 | 1L << 8 | 1L << 59 | 1L << 63;
    PageProtection all = new PageProtection(kept | taken);
    PageProtection none = new PageProtection(0);
    assertThat(all.modify(none).bits()).isEqualTo(kept);
    assertThat(none.modify(all).bits()).isEqualTo(taken);
    assertThat(all.modify(all)).isEqualTo(all);
  }

  @Test
  void theCacheModeOfADriverSurvivesOtherRights() {
    PageProtection mapped = SHARED.writeCombine();
    // A + PROTNONE, as an area without any access has it.
    PageProtection nobody = mapped.modify(new PageProtection(0x120));
    assertThat(nobody.bits()).isEqualTo(0x128);
    assertThat(nobody.isPresent()).isFalse();
    assertThat(nobody.isMapping()).isTrue();
    assertThat(nobody.modify(SHARED)).isEqualTo(mapped);
  }

  @Test
  void aSettledAccessedBitIsNotTakenOver() {
    // Bit 5 is set in every template, but modify keeps that of the entry.
    assertThat(new PageProtection(0x7).modify(new PageProtection(0x25)).bits()).isEqualTo(0x5);
  }

  @ParameterizedTest
  @CsvSource({
    // P RW US A NX
    "8000000000000027, rw- write-back, true, true, false",
    // P US A, uncached-minus
    "35, r-x uncached-minus, true, false, true",
    // A PROTNONE
    "120, --- write-back, false, false, false",
    // without P, RW says nothing
    "2, --- write-back, false, false, false",
    // P RW US A NX, bit 47, PCD and PWT
    "800080000000003f, rw- uncached encrypted, true, true, false"
  })
  void tellsWhatMayBeDone(
      String bits, String text, boolean present, boolean writable, boolean executable) {
    PageProtection protection = new PageProtection(Long.parseUnsignedLong(bits, 16));
    assertThat(protection).hasToString(text);
    assertThat(protection.isPresent()).isEqualTo(present);
    assertThat(protection.isWritable()).isEqualTo(writable);
    assertThat(protection.isExecutable()).isEqualTo(executable);
  }
}
