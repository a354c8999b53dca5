// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is known about writes decides which areas merge. */
class EvidenceReplayTest {
  private static final String MAP =
      "100 mmap(0x10000000, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1,"
          + " 0) = 0x10000000";
  private static final String APART =
      "100 mprotect(0x10001000, 4096, PROT_READ|PROT_WRITE|PROT_EXEC) = 0";
  private static final String BACK = "100 mprotect(0x10001000, 4096, PROT_READ|PROT_WRITE) = 0";

  private static String fault(int page, char access) {
    return "# vmarea fault 100 0x1000" + page + "123 " + access;
  }

  private static Script written(String... evidence) {
    Script script = Script.started().line(MAP).line(APART);
    for (String line : evidence) {
      script.line(line);
    }
    return script.line(BACK).line("100 +++ exited with 0 +++");
  }

  @Test
  void writtenFromLeftToRight() {
    ReplayReport report =
        written(fault(0, 'w'), fault(1, 'w'), fault(2, 'w'))
            .expect("10000000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.evidence()).isEqualTo(new EvidenceSummary(3, 0, 0, 0, true));
  }

  @Test
  void writtenAtBothEndsFirst() {
    ReplayReport report =
        written(fault(0, 'w'), fault(2, 'w'), fault(1, 'w'))
            .expect(
                "10000000-10001000 rw-p 00000000 00:00 0",
                "10001000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
  }

  @Test
  void readsDoNotCount() {
    ReplayReport report =
        written(fault(0, 'r'), fault(2, 'r'), fault(1, 'w'))
            .expect("10000000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.evidence().observed()).isEqualTo(1);
  }

  @Test
  void anonymousPagesFound() {
    ReplayReport report =
        written(
                "# vmarea anon 100 0x10000000-0x10001000",
                "# vmarea anon 100 0x10002000-0x10003000",
                "# vmarea anon 100 0x10001000-0x10002000")
            .expect(
                "10000000-10001000 rw-p 00000000 00:00 0",
                "10001000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.evidence()).isEqualTo(new EvidenceSummary(0, 3, 0, 0, true));
  }

  @Test
  void withoutEvidenceTheFinalMapTellsAndTheReportSaysSo() {
    ReplayReport report =
        written()
            .expect(
                "10000000-10001000 rw-p 00000000 00:00 0",
                "10001000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.evidence()).isEqualTo(new EvidenceSummary(0, 0, 1, 0, false));
    assertThat(report.notes()).anyMatch(note -> note.contains("no evidence of writes"));
  }

  @Test
  void aBoundaryWhereNoCallEverWasIsNotInferred() {
    ReplayReport report =
        Script.started()
            .line(MAP)
            .line("100 +++ exited with 0 +++")
            .expect(
                "10000000-10001000 rw-p 00000000 00:00 0",
                "10001000-10003000 rw-p 00000000 00:00 0")
            .run();
    assertThat(report.identical()).isFalse();
  }

  @Test
  void theStackGrows() {
    ReplayReport report =
        Script.started()
            .line("# vmarea grow 100 0x7ffffffd0000 0x7ffffffff000")
            .line("100 +++ exited with 0 +++")
            .expectExactly(Script.START.replace("7ffffffde000-", "7ffffffd0000-"))
            .run();
    assertThat(report.identical()).isTrue();
    assertThat(report.evidence().grown()).isEqualTo(1);
  }

  @Test
  void aStackThatGrewUnseenIsNamed() {
    ReplayReport report =
        Script.started()
            .line("100 +++ exited with 0 +++")
            .expectExactly(Script.START.replace("7ffffffde000-", "7ffffffd0000-"))
            .run();
    assertThat(report.identical()).isFalse();
    assertThat(report.notes()).anyMatch(note -> note.contains("A stack grew"));
  }
}
