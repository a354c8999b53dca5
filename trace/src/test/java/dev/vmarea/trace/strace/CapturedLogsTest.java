// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs that strace 6.1 wrote, with different options. */
class CapturedLogsTest {
  private final List<StraceProblem> problems = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls.strace",
        "pipeline.strace",
        "threads.strace",
        "memory-calls.strace",
        "superseded.strace"
      })
  void everyLineIsUnderstood(String name) throws IOException {
    Map<RecordKind, Integer> kinds = new EnumMap<>(RecordKind.class);
    try (StraceReader reader = Logs.open(Logs.resource(name), problems)) {
      StraceRecord r = reader.record();
      while (reader.next()) {
        kinds.merge(r.kind(), 1, Integer::sum);
        assertThat(r.kind() != RecordKind.RESUMED || r.joined()).as(r.line()).isTrue();
        decode(r);
        assertThat(r.undecodable()).as(r.line()).isFalse();
      }
    }
    assertThat(problems).isEmpty();
    assertThat(kinds).doesNotContainKey(RecordKind.BAD);
    assertThat(kinds.get(RecordKind.CALL)).isGreaterThan(20);
  }

  // Decodes all that a replay of memory calls would ask for.
  private static void decode(StraceRecord r) {
    switch (r.call()) {
      case MMAP -> {
        for (int i : new int[] {0, 1, 2, 3, 5}) {
          r.argLong(i);
        }
        r.argFd(4);
      }
      case MUNMAP, MPROTECT, BRK, MREMAP, MADVISE, MSYNC, MLOCK, MLOCK2, MLOCKALL -> {
        for (int i = 0; i < r.argCount(); i++) {
          r.argLong(i);
        }
      }
      default -> {}
    }
  }

  @Test
  void lsTellsTimesAndPlaces() throws IOException {
    try (StraceReader reader = Logs.open(Logs.resource("ls.strace"), problems)) {
      StraceRecord r = reader.record();
      assertThat(reader.next()).isTrue();
      assertThat(r.call()).isEqualTo(SyscallName.EXECVE);
      assertThat(r.argBytes(0)).isEqualTo(Logs.bytes("/usr/bin/ls"));
      assertThat(r.value(1).element(2).bytes()).isEqualTo(Logs.bytes("/usr"));
      assertThat(r.timestamp()).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
      boolean sawFile = false;
      while (reader.next()) {
        if (r.kind() == RecordKind.CALL) {
          assertThat(r.instructionPointer() >>> 40).isEqualTo(0x7f);
          assertThat(r.call() == SyscallName.EXIT_GROUP || r.durationNanos() > 0)
              .as(r.line())
              .isTrue();
        }
        if (r.call() == SyscallName.MMAP && r.argFd(4) >= 0) {
          assertThat(r.argFdPath(4)).isNotNull();
          sawFile = true;
        }
      }
      assertThat(sawFile).isTrue();
    }
  }

  @Test
  void threadsAreJoinedAndClonesAreDecoded() throws IOException {
    Set<Integer> threads = new HashSet<>();
    Set<Integer> cloned = new HashSet<>();
    try (StraceReader reader = Logs.open(Logs.resource("threads.strace"), problems)) {
      StraceRecord r = reader.record();
      while (reader.next()) {
        threads.add(r.pid());
        if (r.call() == SyscallName.CLONE3 && r.resultKind() == ResultKind.VALUE) {
          cloned.add((int) r.result());
          assertThat(r.structField(0, "flags").asLong() & 0x10100).isEqualTo(0x10100);
        }
      }
    }
    assertThat(cloned).hasSize(3);
    assertThat(threads).hasSize(4).containsAll(cloned);
  }

  @Test
  void theThreadThatExecutesTakesTheLeadersIdentity() throws IOException {
    boolean seen = false;
    try (StraceReader reader = Logs.open(Logs.resource("superseded.strace"), problems)) {
      StraceRecord r = reader.record();
      int leader = 0;
      while (reader.next()) {
        if (r.kind() == RecordKind.SUPERSEDED) {
          leader = r.pid();
          assertThat(r.result()).isNotEqualTo(leader);
        }
        if (leader != 0 && r.kind() == RecordKind.RESUMED && r.call() == SyscallName.EXECVE) {
          assertThat(r.pid()).isEqualTo(leader);
          assertThat(r.argBytes(0)).isEqualTo(Logs.bytes("/usr/bin/true"));
          seen = true;
        }
      }
    }
    assertThat(seen).isTrue();
  }
}
