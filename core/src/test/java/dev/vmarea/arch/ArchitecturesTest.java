// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitecturesTest {
  static List<Architecture> all() {
    return Architecture.all();
  }

  private static long hex(String value) {
    return Long.parseUnsignedLong(value, 16);
  }

  @ParameterizedTest
  @MethodSource("all")
  void areFoundByName(Architecture architecture) {
    assertThat(Architecture.named(architecture.name())).isSameAs(architecture);
    assertThat(architecture).hasToString(architecture.name());
  }

  @Test
  void anUnknownNameIsSaidBesideTheKnownOnes() {
    assertThatThrownBy(() -> Architecture.named("pdp-11"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pdp-11")
        .hasMessageContaining("sparc64");
  }

  /** name, page shift, bits of the indexes from the leaf up, address limit, huge level, special. */
  @ParameterizedTest
  @CsvSource({
    // 47 bits less a page
    "x86-64, 12, 9 9 9 9, 7ffffffff000, 2, true",
    // 56 bits less a page
    "x86-64-5level, 12, 9 9 9 9 9, fffffffffff000, 2, true",
    "x86-64-encrypted, 12, 9 9 9 9, 7ffffffff000, 2, true",
    // 2 GiB less 8 pages; 10 + 10 + 12 = 32 bits
    "csky, 12, 10 10, 7fff8000, 0, false",
    "mips, 12, 10 10, 80000000, 0, true",
    // entries of 8 bytes: 9 + 11 + 12 = 32 bits
    "mips-alchemy, 12, 9 11, 80000000, 0, true",
    // 6 + 6 + 8 + 12 = 32 bits
    "sparc32, 12, 6 6 8, f0000000, 0, false",
    // half of 44 bits
    "sparc64, 13, 10 10 10 10, 80000000000, 1, true",
    "nommu, 12, '', fffff000, 0, false"
  })
  void haveTheShapeOfTheirTables(
      String name, int pageShift, String bits, String limit, int hugeLevel, boolean special) {
    Architecture architecture = Architecture.named(name);
    assertThat(architecture.pageShift()).isEqualTo(pageShift);
    assertThat(architecture.pageSize()).isEqualTo(1L << pageShift);
    StringBuilder found = new StringBuilder();
    for (int level = 0; level < architecture.levels(); level++) {
      found.append(level == 0 ? "" : " ").append(architecture.indexBits(level));
    }
    assertThat(found).hasToString(bits);
    assertThat(architecture.addressLimit()).isEqualTo(hex(limit));
    assertThat(architecture.hasMmu()).isEqualTo(!bits.isEmpty());
    assertThat(architecture.maxHugeLevel()).isEqualTo(hugeLevel);
    assertThat(architecture.hasSpecialEntries()).isEqualTo(special);
  }

  @ParameterizedTest
  @MethodSource("all")
  void tablesReachTheAddressLimit(Architecture architecture) {
    int bits = architecture.pageShift();
    for (int level = 0; level < architecture.levels(); level++) {
      bits += architecture.indexBits(level);
    }
    assertThat(architecture.addressLimit() % architecture.pageSize()).isZero();
    if (architecture.hasMmu()) {
      assertThat(architecture.addressLimit()).isLessThanOrEqualTo(1L << bits);
    }
  }

  /**
   * P is 1, RW 2, US 4, A 20, PROTNONE 100, NX bit 63; so NONE is 120, READONLY 8...025,
   * READONLY_EXEC 25, SHARED 8...027, SHARED_EXEC 27.
   */
  @ParameterizedTest
  @CsvSource({
    "----, 120",
    "r---, 8000000000000025",
    "-w--, 8000000000000025",
    "rw--, 8000000000000025",
    "--x-, 25",
    "r-x-, 25",
    "-wx-, 25",
    "rwx-, 25",
    "---s, 120",
    "r--s, 8000000000000025",
    "-w-s, 8000000000000027",
    "rw-s, 8000000000000027",
    "--xs, 25",
    "r-xs, 25",
    "-wxs, 27",
    "rwxs, 27"
  })
  void theProtectionMapHasSixteenPlaces(String letters, String bits) {
    long flags =
        (letters.contains("r") ? VmFlags.READ : 0)
            | (letters.contains("w") ? VmFlags.WRITE : 0)
            | (letters.contains("x") ? VmFlags.EXEC : 0)
            | (letters.contains("s") ? VmFlags.SHARED : 0);
    long others = VmFlags.MAYSHARE | VmFlags.MAYWRITE | VmFlags.PFNMAP | VmFlags.LOCKED;
    assertThat(Architecture.X86_64.protection(flags).bits()).isEqualTo(hex(bits));
    assertThat(Architecture.X86_64.protection(flags | others).bits()).isEqualTo(hex(bits));
    assertThat(Architecture.X86_64_ENCRYPTED.protection(flags).bits())
        .isEqualTo(hex(bits) | 0x8000_0000_0000L);
  }

  @Test
  void decryptionClearsTheBitWhereThereIsOne() {
    PageProtection plain = Architecture.X86_64.protection(VmFlags.READ).noncached();
    PageProtection encrypted = Architecture.X86_64_ENCRYPTED.protection(VmFlags.READ).noncached();
    assertThat(encrypted).isNotEqualTo(plain);
    assertThat(Architecture.X86_64_ENCRYPTED.decrypted(encrypted)).isEqualTo(plain);
    assertThat(Architecture.X86_64_ENCRYPTED.decrypted(plain)).isEqualTo(plain);
    assertThat(Architecture.X86_64.decrypted(encrypted)).isEqualTo(encrypted);
    assertThat(plain.cacheMode()).isEqualTo(CacheMode.UNCACHED_MINUS);
  }

  @ParameterizedTest
  @CsvSource({
    "x86-64, 1234, 1234",
    "x86-64, fffffffffffff, fffffffffffff",
    "x86-64-5level, f00000000, f00000000",
    "x86-64-encrypted, f00000000, f00000000",
    // An unsigned long of 32 bits: the highest frame stays, bit 32 is lost.
    "csky, ffffffff, ffffffff",
    "csky, 100000001, 1",
    "mips, 44000, 44000",
    "mips, 100000001, 1",
    "nommu, c0000, c0000"
  })
  void mostArchitecturesMapTheFrameAskedFor(String name, String pfn, String mapped) {
    long result = Architecture.named(name).ioRemapPfn(hex(pfn), 0x1000);
    assertThat(result).isEqualTo(hex(mapped));
  }

  /** The window is the addresses 40000000 to 4fffffff; 400000000 is added to a range inside. */
  @ParameterizedTest
  @CsvSource({
    // first page: 40000000 -> 440000000
    "40000, 1000, 440000",
    // all of the window: last byte 40000000 + 10000000 - 1 = 4fffffff
    "40000, 10000000, 440000",
    // a page more: last byte 50000fff
    "40000, 10001000, 40000",
    // last page: 4ffff000 to 4fffffff -> 44ffff000
    "4ffff, 1000, 44ffff",
    // last page and one behind: last byte 50000fff
    "4ffff, 2000, 4ffff",
    // last page before the window: 3ffff000; and one that reaches into it
    "3ffff, 1000, 3ffff",
    "3ffff, 2000, 3ffff",
    // first page behind it
    "50000, 1000, 50000",
    "12345, 1000, 12345",
    // no whole page: last byte 40000000 + 10 - 1
    "40000, 10, 440000",
    // 440000 << 12 = 440000000, of which 32 bits are 40000000: inside again
    "440000, 1000, 440000",
    // 140000 << 12 = 140000000 -> 40000000: another frame is mapped
    "140000, 1000, 440000",
    // 100010 << 12 = 100010000 -> 10000: bit 32 is lost
    "100010, 1000, 10"
  })
  void alchemyMovesThePciWindow(String pfn, String size, String mapped) {
    assertThat(Architecture.MIPS_ALCHEMY.ioRemapPfn(hex(pfn), hex(size))).isEqualTo(hex(mapped));
  }

  /** Space is the upper 4 of 32 bits, offset the other 28; space goes to bit 32 of the address. */
  @ParameterizedTest
  @CsvSource({
    // space 0: 12345000 >> 12
    "12345, 12345",
    // space f, offset 12345000: f12345000 >> 12
    "f0012345, f12345",
    // space 1, offset 0: 100000000 >> 12
    "10000000, 100000",
    // space 1, offset fffffff << 12 = fffffff000, where bit 32 is set already
    "1fffffff, fffffff",
    // space 2, offset 100001 << 12 = 100001000: 2 | 1 in bits 32 and 33, 300001000 >> 12
    "20100001, 300001",
    // space 4, offset fffff << 12 = fffff000: 4fffff000 >> 12
    "400fffff, 4fffff",
    // an unsigned long of 32 bits: as f0000000, so f00000000 >> 12
    "1f0000000, f00000"
  })
  void sparc32PutsTheSpaceAboveFourGigabytes(String pfn, String mapped) {
    assertThat(Architecture.SPARC32.ioRemapPfn(hex(pfn), 0x1000)).isEqualTo(hex(mapped));
  }

  /** Space is the upper 4 of 64 bits, offset the other 60; pages have 2^13 bytes. */
  @ParameterizedTest
  @CsvSource({
    "1234, 1234",
    // space f, offset 1234 << 13 = 2468000: f02468000 >> 13 = 780000 + 1234
    "f000000000001234, 781234",
    // space 1, offset 0: 100000000 >> 13
    "1000000000000000, 80000",
    // space 1, offset 80000 << 13 = 100000000, the same bit
    "1000000000080000, 80000",
    // space 2, offset 80001 << 13 = 100002000: 300002000 >> 13 = 180001
    "2000000000080001, 180001",
    // 60 bits << 13 lose their upper 9: fffffffffffe000 with 51 bits set, >> 13
    "0fffffffffffffff, 7ffffffffffff"
  })
  void sparc64PutsTheSpaceAboveFourGigabytes(String pfn, String mapped) {
    assertThat(Architecture.SPARC64.ioRemapPfn(hex(pfn), 0x2000)).isEqualTo(hex(mapped));
  }
}
