// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.trace.evidence.PageFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is written is what strace writes, and what the reader gives back. */
class StraceWriterTest {
  private final List<StraceProblem> problems = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StraceWriter writer = new StraceWriter(out);

  private String written() {
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  /** strace itself is the judge: what it printed is read, written again and compared. */
  @Test
  void writesCallsAsStraceDoes() throws IOException {
    int compared = 0;
    int newer = 0;
    try (StraceReader reader = Logs.open(Logs.resource("memory-calls.strace"), problems)) {
      StraceRecord r = reader.record();
      while (reader.next()) {
        if (r.kind() != RecordKind.CALL || !StraceWriter.knows(r.call())) {
          continue;
        }
        out.reset();
        long[] args = new long[6];
        byte[][] texts = new byte[6][];
        takeArguments(r, args, texts);
        writer.call(0, r.call(), args, texts, r.result(), r.resultValue().fdPath());
        String got = written().stripTrailing();
        // Constants that strace 6.1 did not know yet.
        if (got.matches(".*(MAP_DROPPABLE|MAP_ABOVE4G|MADV_GUARD|MFD_NOEXEC_SEAL).*")) {
          newer++;
          continue;
        }
        assertThat(got).isEqualTo(r.line());
        compared++;
      }
    }
    assertThat(problems).isEmpty();
    assertThat(compared).isGreaterThan(90);
    assertThat(newer).isLessThan(10);
  }

  private static void takeArguments(StraceRecord r, long[] args, byte[][] texts) {
    for (int i = 0; i < r.argCount(); i++) {
      String text = r.argText(i);
      if (text.startsWith("\"")) {
        texts[i] = r.argBytes(i);
      } else if (text.startsWith("{") || r.call() == SyscallName.EXECVE) {
        texts[i] = Logs.bytes(text);
      } else {
        args[i] = r.value(i).asLong();
        texts[i] = r.argFdPath(i);
      }
    }
  }

  private static final SyscallName[] CALLS = {
    SyscallName.MMAP,
    SyscallName.MUNMAP,
    SyscallName.MPROTECT,
    SyscallName.PKEY_MPROTECT,
    SyscallName.MREMAP,
    SyscallName.BRK,
    SyscallName.MADVISE,
    SyscallName.PROCESS_MADVISE,
    SyscallName.MLOCK,
    SyscallName.MLOCK2,
    SyscallName.MUNLOCK,
    SyscallName.MLOCKALL,
    SyscallName.MUNLOCKALL,
    SyscallName.MSYNC,
    SyscallName.MINCORE,
    SyscallName.MSEAL,
    SyscallName.MBIND,
    SyscallName.SET_MEMPOLICY_HOME_NODE,
    SyscallName.REMAP_FILE_PAGES,
    SyscallName.SHMGET,
    SyscallName.SHMAT,
    SyscallName.SHMDT,
    SyscallName.SHMCTL,
    SyscallName.IO_DESTROY,
    SyscallName.CLOSE,
    SyscallName.FTRUNCATE,
    SyscallName.CLOSE_RANGE,
    SyscallName.PERSONALITY,
    SyscallName.PRCTL,
  };

  @Test
  void readsBackWhatItWrote() throws IOException {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    System.out.println("StraceWriterTest -Dvmarea.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      SyscallName call = CALLS[random.nextInt(CALLS.length)];
      int pid = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(1 << 22);
      CallStyle style = CallStyle.of(call);
      long[] args = new long[style.args().length];
      byte[][] texts = new byte[args.length][];
      for (int a = 0; a < args.length; a++) {
        args[a] = value(style.args()[a], random);
        if (style.args()[a] == ArgStyle.FD && random.nextBoolean()) {
          texts[a] = path(random);
        }
      }
      boolean halves = pid != 0 && random.nextInt(3) == 0;
      long result = random.nextBoolean() ? -1 - random.nextInt(133) : random.nextLong() >>> 17;
      roundTrip(seed, call, pid, args, texts, halves, result);
    }
    assertThat(problems).isEmpty();
  }

  private void roundTrip(
      long seed,
      SyscallName call,
      int pid,
      long[] args,
      byte[][] texts,
      boolean halves,
      long result)
      throws IOException {
    out.reset();
    if (halves) {
      writer.unfinished(pid, call, args, texts);
      writer.resumed(pid, call, args, texts, result, null);
    } else {
      writer.call(pid, call, args, texts, result, null);
    }
    String what = "seed " + seed + ": " + written();
    try (StraceReader reader = Logs.open(out.toByteArray(), problems)) {
      StraceRecord r = reader.record();
      assertThat(reader.next()).as(what).isTrue();
      if (halves) {
        assertThat(r.kind()).as(what).isEqualTo(RecordKind.UNFINISHED);
        check(r, args, texts, what);
        assertThat(reader.next()).as(what).isTrue();
        assertThat(r.joined()).as(what).isTrue();
      }
      assertThat(r.call()).as(what).isEqualTo(call);
      assertThat(r.pid()).as(what).isEqualTo(pid);
      check(r, args, texts, what);
      assertThat(r.result()).as(what).isEqualTo(result);
      assertThat(reader.next()).as(what).isFalse();
    }
  }

  private static void check(StraceRecord r, long[] args, byte[][] texts, String what) {
    for (int a = 0; a < r.argCount(); a++) {
      assertThat(r.value(a).asLong()).as(what).isEqualTo(args[a]);
      if (texts[a] != null) {
        byte[] path = r.argFdPath(a);
        byte[] shown =
            r.value(a).fdDeleted()
                ? Logs.bytes(new String(path, StandardCharsets.ISO_8859_1) + " (deleted)")
                : path;
        assertThat(shown).as(what).isEqualTo(texts[a]);
      }
    }
    assertThat(r.argCount() == args.length || r.call() == SyscallName.MREMAP).as(what).isTrue();
  }

  private static long value(Enum<?> style, SplittableRandom random) {
    if (style instanceof FlagGroup group) {
      return switch (group) {
        case MADVICE, SHM_COMMAND, PRCTL -> random.nextInt(110);
        case PERSONALITY -> random.nextInt(1 << 28);
        default -> random.nextBoolean() ? random.nextInt(64) : random.nextLong() >>> 32;
      };
    }
    return switch ((ArgStyle) style) {
      case INT, FD -> random.nextInt(1000) - 100;
      case MODE -> random.nextInt(01000);
      case KEY -> random.nextLong() >>> 32;
      default ->
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(1 << 20) * 4096L;
            case 2 -> random.nextLong();
            default -> -1;
          };
    };
  }

  private static byte[] path(SplittableRandom random) {
    byte[] path = new byte[1 + random.nextInt(12)];
    for (int i = 0; i < path.length; i++) {
      path[i] =
          (byte) (random.nextInt(3) == 0 ? 1 + random.nextInt(255) : "/ab<>()\",= ".charAt(i % 11));
    }
    path[0] = '/';
    return random.nextInt(4) == 0 ? append(path, " (deleted)") : path;
  }

  private static byte[] append(byte[] path, String tail) {
    byte[] both = Arrays.copyOf(path, path.length + tail.length());
    System.arraycopy(Logs.bytes(tail), 0, both, path.length, tail.length());
    return both;
  }

  @Test
  void writesEndsSignalsAndComments() throws IOException {
    writer.signal(12, "SIGCHLD", "{si_signo=SIGCHLD}");
    writer.exited(12, 3);
    writer.killed(1234567, "SIGSEGV", true);
    writer.superseded(12, 13);
    writer.comment(new PageFault(12, 0x1000, PageFault.Access.WRITE));
    writer.rawCall(12, "vfork", "", 14);
    writer.rawUnfinished(12, "clone", "child_stack=NULL, flags=CLONE_VM|SIGCHLD");
    writer.rawResumed(12, "clone", ", child_tidptr=0x10", -11);
    writer.call(12, SyscallName.EXIT_GROUP, new long[] {0}, null, 0, null);
    assertThat(written())
        .isEqualTo(
            """
            12    --- SIGCHLD {si_signo=SIGCHLD} ---
            12    +++ exited with 3 +++
            1234567 +++ killed by SIGSEGV (core dumped) +++
            12    +++ superseded by execve in pid 13 +++
            # vmarea fault 12 0x1000 w
            12    vfork()                           = 14
            12    clone(child_stack=NULL, flags=CLONE_VM|SIGCHLD <unfinished ...>
            12    <... clone resumed>, child_tidptr=0x10) = -1 EAGAIN (Resource temporarily unavailable)
            12    exit_group(0)                     = ?
            """);
    assertThat(Logs.summarize(out.toByteArray(), problems)).hasSize(9);
    assertThat(problems).isEmpty();
  }

  @Test
  void refusesWhatItCannotPrint() {
    assertThatThrownBy(() -> writer.call(1, SyscallName.CLONE, new long[6], null, 0, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no style for clone: use rawCall");
    assertThatThrownBy(() -> writer.call(1, SyscallName.MMAP, new long[3], null, 0, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mmap prints 6 arguments: given=3");
  }
}
