// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.TouchSummary.Difference;
import dev.vmarea.trace.replay.TouchSummary.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Recorded faults are made in the model, and its pages compared with the kernel's. */
class TouchReplayTest {
  private static final String BEGINNING =
      """
      100 execve("/bin/prog", ["prog"], 0x7ffe0 /* 3 vars */) = 0
      # vmarea exec 100
      # vmarea m 100 555555554000-555555564000 r-xp 00000000 fe:00 11                         /bin/prog
      # vmarea f 100 anon=0 rss=0 rd ex mr mw me
      # vmarea m 100 555555564000-555555566000 rw-p 00010000 fe:00 11                         /bin/prog
      # vmarea f 100 anon=4 rss=4 rd wr mr mw me ac
      # vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0                          [vdso]
      # vmarea f 100 anon=0 rss=4 rd ex mr mw me de
      # vmarea m 100 7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
      # vmarea f 100 anon=8 rss=8 rd wr mr mw me gd ac
      # vmarea end 100
      # vmarea pages 100 0x555555565000-0x555555566000 anon
      # vmarea pages 100 0x7fffffffd000-0x7ffffffff000 anon
      # vmarea touch 100 0x555555554000 r
      # vmarea touch 100 0x555555564000 w
      # vmarea touch 100 0x7fffffffc000 ?
      100 mmap(0x10000000, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x10000000
      # vmarea touch 100 0x10000000 w
      # vmarea touch 100 0x10001000 r
      # vmarea touch 100 0x10002000 ?
      """;

  private static String ending(int mappedRss, int mappedAnonymous, int programRss) {
    return """
    # vmarea exit 100
    # vmarea m 100 10000000-10004000 rw-p 00000000 00:00 0\s
    # vmarea f 100 anon=%d rss=%d rd wr mr mw me ac
    # vmarea m 100 555555554000-555555564000 r-xp 00000000 fe:00 11                         /bin/prog
    # vmarea f 100 anon=0 rss=%d rd ex mr mw me
    # vmarea m 100 555555564000-555555566000 rw-p 00010000 fe:00 11                         /bin/prog
    # vmarea f 100 anon=8 rss=8 rd wr mr mw me ac
    # vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0                          [vdso]
    # vmarea f 100 anon=0 rss=4 rd ex mr mw me de
    # vmarea m 100 7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
    # vmarea f 100 anon=12 rss=12 rd wr mr mw me gd ac
    # vmarea end 100
    100 +++ exited with 0 +++
    """
        .formatted(mappedAnonymous, mappedRss, programRss);
  }

  private static TouchSummary replay(String log) {
    ReplaySettings settings =
        ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18).withTouch();
    TouchSummary touch = Script.run(log.getBytes(StandardCharsets.ISO_8859_1), settings).touch();
    assertThat(touch).isNotNull();
    return java.util.Objects.requireNonNull(touch);
  }

  @Test
  void pagesAreThoseOfTheKernel() {
    // The page in 555555554000 brings its 15 neighbours, the read of 10001000 the page of zeroes.
    TouchSummary touch = replay(BEGINNING + ending(8, 8, 64));

    assertThat(touch.touches()).isEqualTo(6);
    assertThat(touch.failed()).isZero();
    assertThat(touch.areas()).isEqualTo(5);
    assertThat(touch.rssKnown()).isEqualTo(5);
    assertThat(touch.equalAnonymous()).isEqualTo(5);
    assertThat(touch.equalFlags()).isEqualTo(5);
    assertThat(touch.differences())
        .extracting(Difference::reason)
        .containsExactly(Reason.KERNEL_PAGES);
  }

  @Test
  void differencesHaveAReason() {
    TouchSummary touch = replay(BEGINNING + ending(12, 12, 40));

    assertThat(touch.reasons())
        .containsOnlyKeys(Reason.KERNEL_PAGES, Reason.WITHOUT_FAULT, Reason.FILE_IN_MEMORY);
    assertThat(touch.equalAnonymous()).isEqualTo(4);
    assertThat(touch.equalRss()).isEqualTo(2);
    Difference first = touch.differences().getFirst();
    assertThat(first.area()).startsWith("10000000-10004000 rw-p");
    assertThat(first.rss()).isEqualTo(12);
    assertThat(first.modelRss()).isEqualTo(8);
  }

  @Test
  void lostFaultsAreNamed() {
    TouchSummary touch = replay(BEGINNING + "# vmarea lost 100 faults=7\n" + ending(12, 12, 64));

    assertThat(touch.reasons()).containsOnlyKeys(Reason.KERNEL_PAGES, Reason.LOST);
  }

  @Test
  void aRecordingWithoutFaultsSaysSo() {
    String log =
        (BEGINNING + ending(8, 8, 64))
            .lines()
            .filter(line -> !line.contains(" touch "))
            .reduce("", (a, b) -> a + b + "\n");
    ReplayReport report =
        Script.run(
            log.getBytes(StandardCharsets.ISO_8859_1),
            ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18).withTouch());

    assertThat(report.notes()).anyMatch(note -> note.contains("run --touch"));
    assertThat(java.util.Objects.requireNonNull(report.touch()).reasons())
        .containsKey(Reason.NO_FAULTS);
  }

  @Test
  void withoutTouchNothingIsCompared() {
    ReplayReport report =
        Script.run(
            (BEGINNING + ending(8, 8, 64)).getBytes(StandardCharsets.ISO_8859_1),
            ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18));

    assertThat(report.touch()).isNull();
    assertThat(report.problems()).isZero();
  }
}
