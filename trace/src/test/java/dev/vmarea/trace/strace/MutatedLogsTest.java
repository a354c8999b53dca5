// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vmarea.trace.text.CString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Whatever is done to a log, reading it ends, and no getter throws. */
class MutatedLogsTest {
  private static final int ROUNDS = Integer.getInteger("vmarea.rounds", 400);

  @Test
  void readsAnything() throws IOException {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    System.out.println("MutatedLogsTest -Dvmarea.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> logs =
        List.of(
            Logs.resource("ls.strace"),
            Logs.resource("pipeline.strace"),
            Logs.resource("threads.strace"),
            Logs.resource("memory-calls.strace"));
    for (int i = 0; i < ROUNDS; i++) {
      byte[] log = mutate(logs.get(random.nextInt(logs.size())), random);
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () ->
              assertThatCode(() -> readAll(log))
                  .as("seed %d: %s", seed, CString.quote(shrink(log)))
                  .doesNotThrowAnyException());
    }
  }

  private static byte[] mutate(byte[] log, SplittableRandom random) {
    int from = random.nextInt(log.length);
    byte[] part = Arrays.copyOfRange(log, from, Math.min(log.length, from + 4000));
    int changes = 1 + random.nextInt(40);
    for (int i = 0; i < changes && part.length > 16; i++) {
      int at = random.nextInt(part.length);
      switch (random.nextInt(6)) {
        case 0 -> part[at] = (byte) random.nextInt(256);
        case 1 -> part[at] = (byte) "\"<>(){}[],=|\\\n?-+#0x/*".charAt(random.nextInt(22));
        case 2 -> part = Arrays.copyOf(part, at);
        case 3 -> {
          int to = Math.min(part.length, at + random.nextInt(30));
          System.arraycopy(part, to, part, at, part.length - to);
        }
        case 4 -> {
          int n = Math.min(random.nextInt(60), part.length - at);
          System.arraycopy(part, random.nextInt(part.length - n + 1), part, at, n);
        }
        default -> Arrays.fill(part, at, Math.min(part.length, at + 20), (byte) '9');
      }
    }
    return part;
  }

  // The shortest piece, cut at lines, that still fails; all of it when none does.
  private static byte[] shrink(byte[] log) {
    byte[] smallest = log;
    boolean shorter = fails(log);
    while (shorter) {
      shorter = false;
      for (int cut = 1; cut < smallest.length; cut++) {
        if (smallest[cut - 1] == '\n') {
          byte[] head = Arrays.copyOf(smallest, cut);
          byte[] tail = Arrays.copyOfRange(smallest, cut, smallest.length);
          if (fails(head) || fails(tail)) {
            smallest = fails(head) ? head : tail;
            shorter = true;
            break;
          }
        }
      }
    }
    return smallest;
  }

  private static boolean fails(byte[] log) {
    try {
      readAll(log);
      return false;
    } catch (IOException | RuntimeException e) {
      return true;
    }
  }

  private static void readAll(byte[] log) throws IOException {
    List<StraceProblem> problems = new ArrayList<>();
    StraceLimits limits = new StraceLimits(700, 4000, 100, 1 << 30, 500);
    try (StraceReader reader = Logs.open(log, limits, problems)) {
      StraceRecord r = reader.record();
      while (reader.next()) {
        useEveryGetter(r);
      }
    }
  }

  private static void useEveryGetter(StraceRecord r) {
    Logs.summary(r);
    r.line();
    r.timestamp();
    r.durationNanos();
    r.instructionPointer();
    r.resultNote();
    r.comment();
    r.namedArg("flags");
    useEveryGetter(r.resultValue());
    for (int i = 0; i <= r.argCount(); i++) {
      r.argLong(i);
      r.argFlags(i);
      r.argFd(i);
      r.argFdPath(i);
      r.argBytes(i);
      r.argIsNumber(i);
      r.structField(i, "flags");
      useEveryGetter(r.value(i));
    }
  }

  private static void useEveryGetter(StraceValue v) {
    v.asLong();
    v.isNull();
    v.isNumber();
    v.fdDeleted();
    v.truncated();
    assertThat(v.toString()).isNotNull();
    v.element(1);
    v.after();
  }
}
