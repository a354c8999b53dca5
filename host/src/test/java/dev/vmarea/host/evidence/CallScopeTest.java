// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.host.nativecalls.SystemCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where calls bear on the map. */
class CallScopeTest {
  private static CallScope of(final SystemCall call, final long... given) {
    final long[] arguments = new long[6];
    System.arraycopy(given, 0, arguments, 0, given.length);
    return CallScope.before(call, arguments, 4096);
  }

  @Test
  void rangesAreRoundedOutToPages() {
    assertThat(of(SystemCall.MPROTECT, 0x5000, 1))
        .isEqualTo(new CallScope(0x5000, 0x6000, 0, 0, false, false));
    assertThat(of(SystemCall.MADVISE, 0x5001, 0x1000))
        .isEqualTo(new CallScope(0x5000, 0x7000, 0, 0, false, false));
    assertThat(of(SystemCall.MUNMAP, 0x5000, 0x1000).replaces()).isTrue();
  }

  @Test
  void onlyFixedMappingsHaveAPlaceBeforeTheCall() {
    assertThat(of(SystemCall.MMAP, 0x5000, 0x1000, 3, 0x22).end()).isZero();
    assertThat(of(SystemCall.MMAP, 0x5000, 0x1000, 3, 0x32).end()).isEqualTo(0x6000);
    assertThat(of(SystemCall.MMAP, 0x5000, 0x1000, 3, 0x100022).end()).isEqualTo(0x6000);
  }

  @Test
  void fixedMremapHasTwoRanges() {
    assertThat(of(SystemCall.MREMAP, 0x5000, 0x1000, 0x2000, 1, 0x9000).otherEnd()).isZero();
    assertThat(of(SystemCall.MREMAP, 0x5000, 0x1000, 0x2000, 3, 0x9000))
        .isEqualTo(new CallScope(0x5000, 0x6000, 0x9000, 0xb000, false, true));
  }

  @Test
  void someCallsConcernEverything() {
    assertThat(of(SystemCall.MLOCKALL, 1).everything()).isTrue();
    assertThat(of(SystemCall.PRCTL, 67, 1).everything()).isTrue();
    assertThat(of(SystemCall.PRCTL, 0x53564d61, 0, 0x5000, 0x1000).start()).isEqualTo(0x5000);
    assertThat(of(SystemCall.READ, 0x5000, 0x1000).end()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0x5000, 0", "0x5000, -1", "-4096, 8192", "0x7ffffffffffff000, 0x2000"})
  void absurdRangesAreEmpty(final String address, final String length) {
    final CallScope scope = of(SystemCall.MUNMAP, Long.decode(address), Long.decode(length));
    assertThat(scope.start()).isEqualTo(scope.end());
  }
}
