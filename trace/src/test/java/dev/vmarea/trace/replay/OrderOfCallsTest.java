// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where in a log of several threads a call takes effect. */
class OrderOfCallsTest {
  private static final String ANON = "PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0";

  private static void assertIdentical(ReplayReport report) {
    assertThat(report.divergences()).isEmpty();
    MapComparison comparison = report.processes().getFirst().comparison();
    assertThat(comparison == null ? List.of() : comparison.lines()).isEmpty();
    assertThat(report.identical()).isTrue();
  }

  @Test
  void oneProcess() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 munmap(0x7ffff7fc6000, 4096) = 0")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run();
    assertIdentical(report);
    assertThat(report.memoryCalls()).isEqualTo(2);
    assertThat(report.vmas()).isEqualTo(7);
    assertThat(report.peakVmas()).isEqualTo(7);
  }

  @Test
  void aLogWithoutPids() {
    assertIdentical(
        Script.startedBy("")
            .line("mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .expect("7ffff7fc6000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void aNewThreadCallsBeforeItsCreatorReturns() {
    assertIdentical(
        Script.started()
            .line(
                "100 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD,"
                    + " child_tid=0x7ffff7000990, stack=0x7ffff7000000, stack_size=0x7fff80} "
                    + "<unfinished ...>")
            .line("101 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 <... clone3 resumed> => {parent_tid=[101]}, 88) = 101")
            .line("100 munmap(0x7ffff7fc6000, 4096) = 0")
            .line("101 +++ exited with 0 +++")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc7000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void munmapTakesEffectWhereItBegan() {
    assertIdentical(
        twoThreads()
            .line("100 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 munmap(0x7ffff7fc6000, 8192 <unfinished ...>")
            .line("101 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 <... munmap resumed>) = 0")
            .line("100 +++ exited with 0 +++")
            .line("101 +++ exited with 0 +++")
            .expect("7ffff7fc6000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void munmapTakesEffectLaterWhenAddressesShowIt() {
    assertIdentical(
        twoThreads()
            .line("100 mmap(NULL, 8192, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 munmap(0x7ffff7fc6000, 8192 <unfinished ...>")
            .line("101 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc5000")
            .line("100 <... munmap resumed>) = 0")
            .line("100 +++ exited with 0 +++")
            .line("101 +++ exited with 0 +++")
            .expect("7ffff7fc5000-7ffff7fc6000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void mmapTakesEffectWhereItReturned() {
    assertIdentical(
        twoThreads()
            .line("100 mmap(NULL, 8192, " + ANON + " <unfinished ...>")
            .line("101 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("100 <... mmap resumed>) = 0x7ffff7fc5000")
            .line("100 +++ exited with 0 +++")
            .line("101 +++ exited with 0 +++")
            .expect("7ffff7fc5000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void mmapTakesEffectEarlierWhenAddressesShowIt() {
    assertIdentical(
        twoThreads()
            .line("100 mmap(NULL, 8192, " + ANON + " <unfinished ...>")
            .line("101 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc5000")
            .line("100 <... mmap resumed>) = 0x7ffff7fc6000")
            .line("100 +++ exited with 0 +++")
            .line("101 +++ exited with 0 +++")
            .expect("7ffff7fc5000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run());
  }

  @Test
  void aCallCutOffByExitDoesNothing() {
    assertIdentical(
        twoThreads()
            .line("101 mmap(NULL, 8192, " + ANON + " <unfinished ...>")
            .line("100 exit_group(0) = ?")
            .line("101 <... mmap resumed>) = ?")
            .line("101 +++ exited with 0 +++")
            .line("100 +++ exited with 0 +++")
            .expect()
            .run());
  }

  @Test
  void aVforkChildSharesMemoryUntilItExecutes() {
    ReplayReport report =
        Script.started()
            .line("100 vfork( <unfinished ...>")
            .line("101 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("101 execve(\"/bin/other\", [\"other\"], 0x7ffe0) = 0")
            .line("100 <... vfork resumed>) = 101")
            .line("101 brk(NULL) = 0x4000000")
            .line("101 +++ exited with 0 +++")
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc6000")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc6000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.divergences()).isEmpty();
    assertThat(report.identical()).isTrue();
    assertThat(report.skippedCalls()).isEqualTo(1);
  }

  @Test
  void aForkedChildHasACopy() {
    ReplayReport report =
        Script.started()
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line(
                "100 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD,"
                    + " child_tidptr=0x7ffff7fc7a10) = 101")
            .line("101 munmap(0x7ffff7fc7000, 4096) = 0")
            .line("101 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc7000")
            .line("100 mmap(NULL, 4096, " + ANON + ") = 0x7ffff7fc6000")
            .line("101 +++ exited with 0 +++")
            .line("100 +++ exited with 0 +++")
            .expect("7ffff7fc6000-7ffff7fc8000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.divergences()).isEmpty();
    assertThat(report.identical()).isTrue();
    assertThat(report.processCount()).isEqualTo(2);
  }

  @Test
  void aThreadThatExecutesTakesOverTheLeadersNumber() {
    ReplayReport report =
        twoThreads()
            .line("101 execve(\"/bin/other\", [\"other\"], 0x7ffe0 <unfinished ...>")
            .line("100 +++ superseded by execve in pid 101 +++")
            .line("100 <... execve resumed>) = 0")
            .line("100 brk(NULL) = 0x4000000")
            .line("100 +++ exited with 0 +++")
            .run();
    assertThat(report.processCount()).isEqualTo(1);
    assertThat(report.skippedCalls()).isEqualTo(1);
    assertThat(report.processes().getFirst().remark()).contains("no map of the program");
    assertThat(report.identical()).isNull();
  }

  @Test
  void theHeapBeginsAtTheFirstBreak() {
    assertIdentical(
        Script.started()
            .line("100 brk(NULL) = 0x555555600000")
            .line("100 brk(0x555555621000) = 0x555555621000")
            .line("100 brk(0x555555622000) = 0x555555622000")
            .line("100 +++ exited with 0 +++")
            .expect("555555600000-555555622000 rw-p 00000000 00:00 0 [heap]")
            .run());
  }

  private static Script twoThreads() {
    return Script.started()
        .line(
            "100 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD},"
                + " 88) = 101");
  }
}
