// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a follower is told, and in which order. */
class ReplayFollowerTest {
  private static final String MAP =
      "mmap(0x10000000, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0)";

  /** Writes down what it is told. */
  private static final class Notebook implements ReplayFollower {
    final List<String> told = new ArrayList<>();

    @Override
    public void began(
        ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {
      told.add(
          line
              + " began "
              + memory.number()
              + " of "
              + memory.pid()
              + " by "
              + how
              + (parent == null ? "" : " from " + parent.number())
              + " with "
              + memory.space().mapCount());
    }

    @Override
    public void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {
      for (TracedCall other : before) {
        told.add(other.line() + " under way " + other.text() + " = " + other.result());
      }
      told.add(
          call.line()
              + " "
              + call.tid()
              + (call.isTold() ? " told " : " ")
              + call.text()
              + " = "
              + call.result()
              + " with "
              + memory.space().mapCount());
    }

    @Override
    public void noted(ReplayedMemory memory, EvidenceLine evidence, long line) {
      told.add(line + " " + evidence.body());
    }

    @Override
    public void grown(ReplayedMemory memory, long start, long line) {
      told.add(line + " grown to " + Long.toHexString(start));
    }

    @Override
    public void written(ReplayedMemory memory, AnonVma identity, Write how) {
      told.add("written " + how);
    }

    @Override
    public void ended(ReplayedMemory memory, long line) {
      told.add(line + " ended " + memory.number() + " with " + memory.space().mapCount());
    }
  }

  private static List<String> told(String... lines) {
    Script script = Script.started();
    for (String line : lines) {
      script.line(line);
    }
    Notebook notebook = new Notebook();
    Script.run(
        script.log().getBytes(StandardCharsets.ISO_8859_1),
        script.settings().withFollower(notebook));
    return notebook.told;
  }

  @Test
  void isToldOfCallsForksAndEnds() {
    assertThat(
            told(
                "100 " + MAP + " = 0x10000000",
                "100 fork() = 101",
                "101 munmap(0x10001000, 4096) = 0",
                "100 mprotect(0x20000000, 4096, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)",
                "101 +++ exited with 0 +++"))
        .containsExactly(
            "1 began 0 of 100 by EXEC with 6",
            "2 100 " + MAP + " = 268435456 with 7",
            "3 began 1 of 101 by FORK from 0 with 7",
            "4 101 munmap(0x10001000, 4096) = 0 with 8",
            "5 100 mprotect(0x20000000, 4096, PROT_NONE) = -12 with 7",
            "6 ended 1 with 8",
            "6 ended 0 with 7");
  }

  @Test
  void isToldOfWritesAndOfStacks() {
    assertThat(
            told(
                "100 " + MAP + " = 0x10000000",
                "# vmarea fault 100 0x10000008 w",
                "# vmarea fault 100 0x10001008 w",
                "# vmarea fault 100 0x7ffffffdd010 w"))
        .containsExactly(
            "1 began 0 of 100 by EXEC with 6",
            "2 100 " + MAP + " = 268435456 with 7",
            "written OBSERVED",
            "3 fault 100 0x10000008 w",
            "4 fault 100 0x10001008 w",
            // A stack that grows gets its identity by that.
            "5 grown to 7ffffffdd000",
            "5 fault 100 0x7ffffffdd010 w",
            "5 ended 0 with 7");
  }

  @Test
  void isToldOfACallUnderWayWithTheOneThatReturns() {
    assertThat(
            told(
                "100 " + MAP + " = 0x10000000",
                "100 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND"
                    + "|CLONE_THREAD) = 101",
                "101 munmap(0x10001000, 4096 <unfinished ...>",
                "100 mmap(0x10001000, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS"
                    + "|MAP_FIXED_NOREPLACE, -1, 0) = 0x10001000",
                "101 <... munmap resumed>) = 0"))
        .endsWith(
            "4 under way munmap(0x10001000, 4096) = 0",
            "5 100 mmap(0x10001000, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS"
                + "|MAP_FIXED_NOREPLACE, -1, 0) = 268439552 with 9",
            "6 101 told munmap(0x10001000, 4096) = 0 with 9",
            "6 ended 0 with 9");
  }

  @Test
  void aReplicaGoesItsOwnWay() {
    List<String> maps = new ArrayList<>();
    ReplayFollower follower =
        new ReplayFollower() {
          private @Nullable Replica replica;

          @Override
          public void began(
              ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {
            replica = Replica.of(memory, KernelConfig.standard(), Profile.LINUX_6_18);
          }

          @Override
          public void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {
            Replica own = replica;
            if (own != null && call.line() != 3) {
              own.make(memory, call);
            }
          }

          @Override
          public void ended(ReplayedMemory memory, long line) {
            maps.add(text(memory.space().vmas()));
            maps.add(text(java.util.Objects.requireNonNull(replica).space().vmas()));
          }
        };
    Script script =
        Script.started()
            .line("100 " + MAP + " = 0x10000000")
            .line("100 mprotect(0x10001000, 4096, PROT_NONE) = 0")
            .line("100 munmap(0x10002000, 4096) = 0")
            .line(
                "100 mmap(NULL, 4096, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = "
                    + "0x7ffff7fc7000");
    ReplayReport report =
        Script.run(
            script.log().getBytes(StandardCharsets.ISO_8859_1),
            script.settings().withFollower(follower));
    assertThat(report.divergenceCount()).isZero();
    assertThat(maps.get(0)).startsWith("10000000-10001000 rw-p").contains("10001000-10002000 ---p");
    assertThat(maps.get(1)).startsWith("10000000-10002000 rw-p").contains("7ffff7fc7000-7ffff7fc8");
  }

  private static String text(Iterable<Vma> vmas) {
    MapsText text = new MapsText(MapsLayout.NONE);
    vmas.forEach(text::add);
    return new String(text.toBytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void theClockUnderstandsAllKindsOfTimestamps() {
    assertThat(clock("1700000000.5", "1700000002.25")).isEqualTo(1_700_000_002.25);
    assertThat(clock("23:59:59.5", "00:00:01.0")).isEqualTo(86_401.0);
    assertThat(clock("0.25", "0.5", "", "nonsense", "1.0")).isEqualTo(1.75);
    assertThat(new LogClock().now()).isNaN();
  }

  private static double clock(String... stamps) {
    LogClock clock = new LogClock();
    for (String stamp : stamps) {
      clock.line(stamp);
    }
    return clock.now();
  }
}
