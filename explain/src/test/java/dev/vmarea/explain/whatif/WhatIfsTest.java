// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.explain.history.HistoryLog;
import dev.vmarea.explain.history.HistoryRequest;
import dev.vmarea.explain.history.Logs;
import dev.vmarea.explain.history.Moment;
import dev.vmarea.trace.replay.RecordingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a change would give, on logs small enough to count. Each program has two areas besides those
 * of its script: itself and the interpreter.
 */
class WhatIfsTest {
  private static final String RW = "PROT_READ|PROT_WRITE";
  private static final String NONE = "PROT_NONE";
  private static final int REST = 2;

  @TempDir Path folder;

  private WhatIf replay(Logs log, String name) {
    return replay(log, HistoryRequest.DEFAULT, name);
  }

  private WhatIf replay(Logs log, HistoryRequest request, String name) {
    try {
      WhatIf result = WhatIfs.replay(HistoryLog.open(log.in(folder), request, problem -> {}), name);
      assertThat(result.name()).isEqualTo(name);
      assertThat(result.isReplayed()).isTrue();
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void expect(WhatIf result, int before, int after) {
    assertThat(result.before()).as("before").isEqualTo(before + REST);
    assertThat(result.after()).as("after: " + result).isEqualTo(after + REST);
    assertThat(result.notes()).doesNotContain("refused with");
  }

  /** Three stacks side by side as glibc makes them: reserved, accessible but for one page. */
  private static Logs stacks() {
    Logs log = Logs.started();
    for (int page = 0; page < 27; page += 9) {
      log.map(page, 9, NONE, "|MAP_NORESERVE|MAP_STACK").protect(page + 1, 8, RW).write(page + 8);
    }
    return log;
  }

  @Test
  void guardsOfThreadStacks() {
    // Guard and stack three times; with guard regions the stacks are one area.
    expect(replay(stacks(), WhatIfs.GUARD_REGIONS), 6, 1);
  }

  @Test
  void guardsInsideMemoryByMprotect() {
    Logs log = Logs.started().map(0, 16, RW).write(0);
    log.protect(4, 1, NONE).protect(8, 1, NONE).protect(12, 1, NONE);
    expect(replay(log, WhatIfs.GUARD_REGIONS), 7, 1);
    // One becomes memory again.
    log.protect(8, 1, RW).write(8);
    expect(replay(log, WhatIfs.GUARD_REGIONS), 5, 1);
    // What is not a guard stays: 17 pages are more than 64 KiB.
    log.map(100, 40, RW).protect(110, 17, NONE);
    expect(replay(log, WhatIfs.GUARD_REGIONS), 8, 4);
  }

  @Test
  void guardsMappedOverMemory() {
    Logs log = Logs.started().map(0, 16, RW).map(4, 1, NONE).map(8, 1, NONE);
    expect(replay(log, WhatIfs.GUARD_REGIONS), 5, 1);
    // Taken away with memory around it, then mapped anew: nothing is left of the guard.
    log.call("munmap(" + Logs.at(7) + ", 12288)").map(7, 3, RW);
    expect(replay(log, WhatIfs.GUARD_REGIONS), 3, 1);
  }

  @Test
  void aGuardWithoutMemoryBesideItStays() {
    Logs log = Logs.started().map(0, 1, NONE).map(10, 4, "PROT_READ").protect(10, 4, NONE);
    WhatIf result = replay(log, WhatIfs.GUARD_REGIONS);
    expect(result, 2, 2);
    assertThat(result.notes()).contains("no call that it would change");
    assertThat(replay(stacks(), WhatIfs.GUARD_REGIONS).notes()).doesNotContain("no call that");
  }

  @Test
  void guardsOfAForkedChild() {
    Logs log = stacks().line("100 fork() = 101");
    log.line("101 mprotect(" + Logs.at(5) + ", 4096, PROT_NONE) = 0");
    // The child's one area has its parent's identity: one area all the same.
    expect(replay(log, WhatIfs.GUARD_REGIONS), 8, 1);
    expect(replay(log, HistoryRequest.DEFAULT.of(100), WhatIfs.GUARD_REGIONS), 6, 1);
  }

  /** Four mappings of two pages, each written, every other one advised. */
  private static Logs advised(String advice) {
    Logs log = Logs.started();
    for (int page = 0; page < 8; page += 2) {
      log.map(page, 2, RW);
      if (page % 4 == 0) {
        log.call("madvise(" + Logs.at(page) + ", 8192, " + advice + ")");
      }
      log.write(page);
    }
    return log;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hg MADV_HUGEPAGE",
        "no-hg MADV_HUGEPAGE",
        "nh MADV_NOHUGEPAGE",
        "dd MADV_DONTDUMP",
        "dc MADV_DONTFORK",
        "no-dc MADV_DONTFORK",
        "wf MADV_WIPEONFORK",
        "mg MADV_MERGEABLE",
        "sr MADV_SEQUENTIAL",
        "rr MADV_RANDOM"
      })
  void theSameAdviceForAll(String flagAndAdvice) {
    String[] words = flagAndAdvice.split(" ", -1);
    expect(replay(advised(words[1]), WhatIfs.SAME_FLAGS + words[0]), 4, 1);
  }

  @Test
  void twoFlagsForAll() {
    Logs log = advised("MADV_DONTDUMP");
    log.call("madvise(" + Logs.at(2) + ", 8192, MADV_HUGEPAGE)");
    expect(replay(log, WhatIfs.SAME_FLAGS + "no-dd"), 4, 3);
    expect(replay(log, WhatIfs.SAME_FLAGS + "hg,dd"), 4, 1);
    expect(replay(log, WhatIfs.SAME_FLAGS + "no-hg,dd"), 4, 1);
    assertThat(WhatIfs.isKnown("same-flags=hg,xx")).isFalse();
    assertThat(WhatIfs.isKnown("same-flags=")).isFalse();
  }

  @Test
  void anotherFlagThanTheOneThatDiffersChangesNothing() {
    expect(replay(advised("MADV_DONTDUMP"), WhatIfs.SAME_FLAGS + "hg"), 4, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nr", "no-nr"})
  void theSameReservationForAll(String flag) {
    Logs log = Logs.started();
    for (int page = 0; page < 8; page += 2) {
      log.map(page, 2, RW, page % 4 == 0 ? "|MAP_NORESERVE" : "").write(page);
    }
    expect(replay(log, WhatIfs.SAME_FLAGS + flag), 4, 1);
  }

  /** A reservation of eight pages, of which some are made accessible and written in an order. */
  private static Logs committed(int... pages) {
    Logs log = Logs.started().map(0, 8, NONE);
    for (int page : pages) {
      log.protect(page, 1, RW).write(page);
    }
    return log;
  }

  @Test
  void piecesInOrder() {
    // Page 1 joins page 0; page 2 was written apart. In order all three are one.
    expect(replay(committed(0, 2, 1), WhatIfs.IN_ORDER), 3, 2);
    // Written from both ends: two identities meet.
    expect(replay(committed(0, 7, 1, 6, 2, 5, 3, 4), WhatIfs.IN_ORDER), 2, 1);
    expect(replay(committed(0, 1, 2), WhatIfs.IN_ORDER), 2, 2);
  }

  @Test
  void piecesMappedInOrderAndAdviceGoesAlong() {
    Logs log = Logs.started().map(0, 8, NONE);
    for (int page : new int[] {4, 0, 2, 3, 1}) {
      log.map(page, 1, RW)
          .call("madvise(" + Logs.at(page) + ", 4096, MADV_DONTDUMP)")
          .write(page)
          .map(100 + 2L * page, 1, RW);
    }
    // Apart from the five unrelated ones: 0-1, 2-3, 4 and the rest; in order 0-4 and the rest.
    WhatIf result = replay(log, WhatIfs.IN_ORDER);
    assertThat(result.before() - result.after()).isEqualTo(2);
    expect(result, 9, 7);
  }

  @Test
  void whatTouchesTheReservationBetweenTwoRunsKeepsItsPlace() {
    Logs log = committed(2, 0).protect(0, 3, NONE).protect(1, 1, RW).write(1);
    // Nothing of the second run can come before the call that took the access away.
    expect(replay(log, WhatIfs.IN_ORDER), 4, 4);
  }

  @Test
  void oneProtection() {
    Logs log = Logs.started().map(0, 8, RW).protect(2, 1, "PROT_READ").protect(5, 1, NONE);
    expect(replay(log, WhatIfs.ONE_PROTECTION), 5, 1);
    log.protect(7, 1, "PROT_READ|PROT_EXEC");
    expect(replay(log, WhatIfs.ONE_PROTECTION), 6, 2);
  }

  @Test
  void theFirstCallThatALimitWouldHaveRefused() {
    Logs log = Logs.started().map(0, 8, RW).protect(2, 1, NONE).protect(5, 1, NONE);
    // The second guard needs two areas more than the five there are; one of its splits is made.
    WhatIf result = replay(log, WhatIfs.MAX_MAP_COUNT + 6);
    assertThat(result.notes())
        .contains("in line 8, of process or thread 100: mprotect(0x10005000, 4096, PROT_NONE)")
        .contains("with 5 VMAs")
        .contains("1 calls");
    assertThat(result.before()).isEqualTo(7);
    assertThat(result.after()).isEqualTo(6);
    WhatIf enough = replay(log, WhatIfs.MAX_MAP_COUNT + 7);
    assertThat(enough.notes()).contains("No call would have failed").contains("at most 7 VMAs");
    assertThat(enough.after()).isEqualTo(7);
  }

  @Test
  void adviceThatALimitWouldHaveRefused() {
    Logs log = Logs.started().map(0, 8, RW);
    log.call("madvise(" + Logs.at(2) + ", 4096, MADV_DONTDUMP)");
    assertThat(replay(log, WhatIfs.MAX_MAP_COUNT + 4).notes()).contains("in line 7, ");
    assertThat(replay(log, WhatIfs.MAX_MAP_COUNT + 5).notes()).contains("at most 5 VMAs");
  }

  @Test
  void theMomentIsTheSameForBoth() {
    Logs log = Logs.started().map(0, 16, RW).write(0);
    log.protect(4, 1, NONE).protect(8, 1, NONE).call("munmap(" + Logs.at(0) + ", 65536)");
    expect(replay(log, WhatIfs.GUARD_REGIONS), 0, 0);
    WhatIf peak = replay(log, HistoryRequest.DEFAULT.at(Moment.PEAK), WhatIfs.GUARD_REGIONS);
    expect(peak, 5, 1);
    assertThat(peak.notes()).contains("At the peak, line 9, of process 100");
  }

  @Test
  void whatIsNotKnownIsRefusedWithWhatIs() {
    Logs log = stacks();
    assertThat(WhatIfs.isKnown("same-flags=xx")).isFalse();
    assertThat(WhatIfs.isKnown("max-map-count=many")).isFalse();
    assertThat(WhatIfs.isKnown("max-map-count=-1")).isFalse();
    assertThatThrownBy(() -> replay(log, "less-memory"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("guard-regions");
    assertThatThrownBy(() -> replay(Logs.plain().line("100 close(3) = 0"), WhatIfs.GUARD_REGIONS))
        .hasCauseInstanceOf(RecordingException.class);
  }
}
