// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.trace.replay.RecordingException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which call made each boundary. */
class HistoryTest {
  private static final String RW = "PROT_READ|PROT_WRITE";
  private static final String NONE = "PROT_NONE";

  @TempDir Path folder;

  private History end(Logs log) {
    return log.read(folder, HistoryRequest.DEFAULT);
  }

  /** The line of the call that made the boundary at a page of the scripts' base; -1 for none. */
  private static long line(History history, long page) {
    CallSite site = history.site(boundary(history, page));
    return site == null ? -1 : site.line();
  }

  private static int boundary(History history, long page) {
    long address = Logs.BASE + (page << 12);
    Snapshot snapshot = history.snapshot();
    for (int i = 0; i + 1 < snapshot.size(); i++) {
      if (snapshot.start(i + 1) == address || snapshot.end(i) == address) {
        return i;
      }
    }
    throw new AssertionError("no boundary at page " + page);
  }

  @Test
  void splitAndMergeBack() {
    // Lines: 6 the mapping, 7 and 8 two protections, 9 takes the second one back.
    History history =
        end(Logs.started().map(0, 8, RW).protect(2, 1, NONE).protect(5, 1, NONE).protect(5, 1, RW));
    // Program, three pieces, interpreter.
    assertThat(history.snapshot().size()).isEqualTo(5);
    assertThat(line(history, 2)).isEqualTo(7);
    assertThat(line(history, 3)).isEqualTo(7);
    assertThat(line(history, 8)).isEqualTo(6);
    assertThat(history.verdicts().first(boundary(history, 2))).isEqualTo(Reason.PROTECTION);
    assertThat(history.site(boundary(history, 2)).text())
        .isEqualTo("mprotect(0x10002000, 4096, PROT_NONE)");
    assertThat(history.growth().peak()).isEqualTo(7);
    assertThat(history.line()).isEqualTo(9);
  }

  @Test
  void aMergeTakesBoundariesAwayAndANewSplitIsTheNewCalls() {
    History history =
        end(Logs.started().map(0, 4, RW).protect(1, 1, NONE).protect(1, 1, RW).protect(1, 2, NONE));
    assertThat(line(history, 1)).isEqualTo(9);
    assertThat(line(history, 3)).isEqualTo(9);
  }

  @Test
  void aHoleIsMadeByWhoMadeItAndFilledByWhoFillsIt() {
    Logs log = Logs.started().map(0, 6, RW).call("munmap(" + Logs.at(2) + ", 8192)");
    assertThat(line(end(log), 2)).isEqualTo(7);
    assertThat(line(end(log), 4)).isEqualTo(7);
    log.map(2, 1, NONE);
    History filled = end(log);
    // The areas meet at page 2 now; the hole that is left began to be one with the mapping, too.
    assertThat(line(filled, 2)).isEqualTo(8);
    assertThat(line(filled, 3)).isEqualTo(8);
  }

  @Test
  void mremapMovesBoundariesAway() {
    History history =
        end(
            Logs.started()
                .map(0, 6, RW)
                .map(20, 2, NONE)
                .line(
                    "100 mremap("
                        + Logs.at(2)
                        + ", 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, "
                        + Logs.at(22)
                        + ") = "
                        + Logs.at(22)));
    assertThat(line(history, 2)).isEqualTo(8);
    assertThat(line(history, 4)).isEqualTo(8);
    // The hole below page 20 was there before; what has come to page 22 meets its neighbour.
    assertThat(line(history, 22)).isEqualTo(8);
    assertThat(line(history, 24)).isEqualTo(8);
  }

  @Test
  void brkGrowsAndShrinksTheHeap() {
    History history =
        end(
            Logs.started()
                .line("100 brk(NULL) = 0x555555556000")
                .line("100 brk(0x555555577000) = 0x555555577000")
                .line("100 brk(0x555555567000) = 0x555555567000")
                .map(0, 1, RW));
    int heap = history.snapshot().find(0x555555556000L);
    assertThat(history.snapshot().object(heap).name()).isEqualTo("[heap]");
    assertThat(history.site(heap - 1).line()).isEqualTo(7);
    // The hole above it begins where the last brk put it.
    assertThat(history.site(heap).line()).isEqualTo(8);
  }

  @Test
  void aForkedChildHasTheOriginsOfItsParentAndItsOwn() {
    Logs log =
        Logs.started()
            .map(0, 8, RW)
            .protect(2, 1, NONE)
            .line("100 fork() = 101")
            .line("101 mprotect(0x10004000, 4096, PROT_NONE) = 0")
            .line("100 mprotect(0x10006000, 4096, PROT_NONE) = 0")
            .line("101 mprotect(0x10005000, 4096, PROT_READ) = 0");
    History child = end(log);
    // The child had most.
    assertThat(child.memory().pid()).isEqualTo(101);
    assertThat(child.memory().parent()).isZero();
    assertThat(line(child, 2)).isEqualTo(7);
    assertThat(line(child, 4)).isEqualTo(9);
    assertThat(line(child, 6)).isEqualTo(11);
    assertThat(child.site(boundary(child, 6)).pid()).isEqualTo(101);
    History parent = log.read(folder, HistoryRequest.DEFAULT.of(100));
    assertThat(line(parent, 6)).isEqualTo(10);
    assertThat(parent.snapshot().size()).isEqualTo(7);
    assertThatThrownBy(
            () -> HistoryLog.open(log.in(folder), HistoryRequest.DEFAULT.of(7), problem -> {}))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("process 7");
  }

  @Test
  void whatWasWrittenApartIsObservedSeenOrInferred() {
    Logs log = Logs.started().map(0, 6, RW);
    for (int page = 1; page < 6; page++) {
      log.protect(page, 1, page % 2 == 0 ? RW + "|PROT_EXEC" : NONE);
    }
    // Areas of one page each; pages 0, 2 and 4 are written, none beside another.
    log.write(0).line("# vmarea fault 100 " + Logs.at(2) + " ?");
    log.line("# vmarea anon 100 " + Logs.at(4) + "-" + Logs.at(5));
    for (int page = 1; page < 6; page++) {
      log.protect(page, 1, RW);
    }
    History history = end(log);
    // Never written pages join the area below or above them; the three identities stay apart.
    assertThat(history.snapshot().size()).isEqualTo(5);
    int first = history.snapshot().find(Logs.BASE);
    assertThat(history.verdicts().first(first)).isEqualTo(Reason.ANON_VMA);
    assertThat(history.verdicts().evidence(first)).isEqualTo(Evidence.INFERRED);
    assertThat(history.verdicts().evidence(first + 1)).isEqualTo(Evidence.INFERRED);
  }

  @Test
  void thePeakIsTheFirstMomentWithMostAreas() {
    Logs log = Logs.started().map(0, 8, RW);
    log.protect(2, 1, NONE).protect(5, 1, NONE).protect(2, 4, RW).protect(7, 1, NONE);
    History history = log.read(folder, HistoryRequest.DEFAULT.at(Moment.PEAK));
    assertThat(history.line()).isEqualTo(8);
    assertThat(history.snapshot().size()).isEqualTo(7);
    assertThat(line(history, 5)).isEqualTo(8);
    assertThat(history.growth().last()).isEqualTo(7);
  }

  @Test
  void callsOfOneShapeAreOneGroup() {
    Logs log = Logs.started().map(0, 64, RW);
    for (int page = 4; page < 64; page += 4) {
      log.protect(page, 1, NONE);
    }
    History history = end(log);
    CallGroup top = history.groups().getFirst();
    assertThat(top.shape()).isEqualTo("mprotect(PROT_NONE) of 4 KiB");
    assertThat(top.boundaries()).isEqualTo(30);
    assertThat(top.first().line()).isEqualTo(7);
    // The end of the mapping.
    assertThat(history.groups().get(1).boundaries()).isEqualTo(1);
  }

  @Test
  void aLogOfStraceAloneBeginsWithNothingMappedAndSaysSo() {
    History history =
        end(
            Logs.plain()
                .line("100 execve(\"/bin/prog\", [\"prog\"], 0x7ffe0 /* 3 vars */) = 0")
                .map(0, 4, RW)
                .protect(1, 1, NONE));
    assertThat(history.snapshot().size()).isEqualTo(3);
    assertThat(line(history, 1)).isEqualTo(3);
    assertThat(history.notes()).anyMatch(note -> note.contains("begin with nothing mapped"));
  }

  @Test
  void growthTellsWhenALimitIsReached() {
    Logs log = Logs.started().line("100 1700000000.0 " + mmap(200));
    for (int i = 0; i < 100; i++) {
      log.line(
          "100 " + (1700000001 + i) + ".0 mprotect(" + Logs.at(2L * i) + ", 4096, PROT_NONE) = 0");
    }
    Growth growth = end(log).growth();
    assertThat(growth.calls()).isEqualTo(101);
    assertThat(growth.first()).isEqualTo(2);
    // 100 guards and the 100 pieces between and behind them, the program, the interpreter.
    assertThat(growth.last()).isEqualTo(202);
    assertThat(growth.perCall()).isEqualTo(2.0);
    assertThat(growth.perSecond()).isEqualTo(2.0);
    assertThat(growth.callsTo(1202)).isEqualTo(500);
    assertThat(growth.secondsTo(1202)).isEqualTo(500.0);
    assertThat(growth.callsTo(202)).isZero();
  }

  private static String mmap(long pages) {
    return "mmap("
        + Logs.at(0)
        + ", "
        + (pages << 12)
        + ", "
        + RW
        + ", MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = "
        + Logs.at(0);
  }
}
