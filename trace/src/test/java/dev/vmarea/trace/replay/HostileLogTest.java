// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No log makes a replay throw. */
class HostileLogTest {
  private static final String LOG =
      """
      100 brk(NULL) = 0x555555600000
      100 brk(0x555555621000) = 0x555555621000
      100 openat(AT_FDCWD</w>, "f", O_RDWR) = 3</w/f>
      100 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3</w/f>, 0) = 0x7ffff7fc6000
      100 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc4000
      # vmarea fault 100 0x7ffff7fc4000 w
      # vmarea anon 100 0x7ffff7fc4000-0x7ffff7fc6000
      # vmarea grow 100 0x7ffffffd0000 0x7ffffffff000
      # vmarea fd 100 4 file=7 dev=8:1 ino=77 fs=ext4 flags=02 seals=0 noexec=0 path="/w/f"
      # vmarea config max_map_count=65530
      100 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD}, 88 <unfinished ...>
      101 mprotect(0x7ffff7fc4000, 4096, PROT_READ) = 0
      100 <... clone3 resumed>) = 101
      101 mremap(0x7ffff7fc4000, 4096, 8192, MREMAP_MAYMOVE) = 0x7ffff7fc2000
      100 clone(child_stack=NULL, flags=SIGCHLD) = 102
      102 madvise(0x7ffff7fc4000, 4096, MADV_DONTNEED) = 0
      102 munmap(0x7ffff7fc2000, 8192 <unfinished ...>
      102 <... munmap resumed>) = 0
      102 execve("/bin/x", ["x"], 0x7ffe /* 1 var */) = 0
      # vmarea exec 102
      # vmarea m 102 555555554000-555555556000 r-xp 00000000 fe:00 11 /bin/x
      # vmarea f 102 anon=4 rd ex mr mw me
      # vmarea layout 102 start_brk=0x555555600000 brk=0x555555600000
      # vmarea end 102
      102 brk(0x555555601000) = 0x555555601000
      102 +++ killed by SIGKILL +++
      101 exit(0) = ?
      101 +++ exited with 0 +++
      100 +++ exited with 0 +++
      """;

  @Test
  void theLogItselfIsFine() {
    ReplayReport report = Script.run(bytes(), Script.started().settings());
    assertThat(report.problems()).isZero();
    assertThat(report.processCount()).isEqualTo(2);
  }

  /** Half an address is an address too: nothing may be made of it. */
  @Test
  void aLineWithoutEndIsNotReplayed() {
    String whole = "100 execve(\"/bin/prog\", [\"prog\"], 0x7ffe0 /* 3 vars */) = 0\n";
    String cut = "100 mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc";
    byte[] log = (whole + cut).getBytes(StandardCharsets.ISO_8859_1);

    ReplayReport report = Script.run(log, Script.started().settings());

    assertThat(report.divergenceCount()).isZero();
    assertThat(report.memoryCalls()).isZero();
    assertThat(report.notes()).contains("The log ends inside line 2, which was not replayed.");
  }

  @Test
  void whatAUserfaultfdDoesIsSaidNotToBeFollowed() {
    ReplayReport report = Script.started().line("100 userfaultfd(O_CLOEXEC) = 3").run();

    assertThat(report.notes()).anyMatch(note -> note.startsWith("A userfaultfd was made"));
  }

  @Test
  void damagedLogs() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] log = damaged(bytes(), random);
      try {
        Script.run(log, Script.started().expect().settings());
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed "
                + seed
                + " round "
                + round
                + "\n"
                + new String(log, StandardCharsets.ISO_8859_1),
            e);
      }
    }
  }

  private static byte[] bytes() {
    return LOG.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] damaged(byte[] log, Random random) {
    byte[] result = log.clone();
    int changes = 1 + random.nextInt(12);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(4)) {
        case 0 -> result[at] = (byte) random.nextInt(256);
        case 1 -> result[at] = (byte) "0123456789abcdef(){}[]<>,=|\"\n".charAt(random.nextInt(29));
        case 2 -> result = cut(result, at, Math.min(result.length, at + random.nextInt(80)));
        default -> result = swappedLines(result, random);
      }
      if (result.length == 0) {
        return result;
      }
    }
    return result;
  }

  private static byte[] cut(byte[] log, int from, int to) {
    byte[] result = new byte[log.length - (to - from)];
    System.arraycopy(log, 0, result, 0, from);
    System.arraycopy(log, to, result, from, log.length - to);
    return result;
  }

  private static byte[] swappedLines(byte[] log, Random random) {
    String[] lines = new String(log, StandardCharsets.ISO_8859_1).split("\n", -1);
    int a = random.nextInt(lines.length);
    int b = random.nextInt(lines.length);
    String line = lines[a];
    lines[a] = lines[b];
    lines[b] = line;
    return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void absurdArguments() {
    String[] calls = {
      "mmap(NULL, 0, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 EINVAL (x)",
      "mmap(0xffffffffffffffff, 18446744073709551615, 0xffffffff, 0xffffffff, -1, -1) = -1 EINVAL"
          + " (x)",
      "munmap(0xffffffffffffffff, 18446744073709551615) = -1 EINVAL (x)",
      "munmap(0x7ffff7fca000, 0) = -1 EINVAL (x)",
      "mprotect(0x1, 1, PROT_READ) = -1 EINVAL (x)",
      "mprotect(0xfffffffffffff000, 4096, PROT_READ) = -1 ENOMEM (x)",
      "mremap(0x7ffff7fca000, 18446744073709551615, 18446744073709551615, MREMAP_MAYMOVE) = -1"
          + " EINVAL (x)",
      "madvise(0x7ffff7fca001, 1, 0x7fffffff) = -1 EINVAL (x)",
      "brk(0xffffffffffffffff) = 0x555555600000",
    };
    Script script = Script.started().line("100 brk(NULL) = 0x555555600000");
    for (String call : calls) {
      script.line("100 " + call);
    }
    ReplayReport report = script.run();
    assertThat(report.divergences()).isEmpty();
  }

  @Test
  void aForkBombIsBounded() {
    Script script = Script.started();
    for (int child = 101; child < 20_000; child++) {
      script.line((child - 1) + " clone(child_stack=NULL, flags=SIGCHLD) = " + child);
    }
    ReplayReport report = script.run();
    assertThat(report.processCount()).isEqualTo(19_900);
    assertThat(report.processes()).hasSize(ReplayReport.MAX_PROCESSES);
  }
}
