// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every form a line can have, one row a fact. */
class StraceReaderTest {
  private final List<StraceProblem> problems = new ArrayList<>();

  private static byte[] lines(String... lines) {
    return Logs.bytes(String.join("\n", lines) + "\n");
  }

  private void one(String line, Consumer<StraceRecord> check) {
    try (StraceReader reader = Logs.open(lines(line), problems)) {
      assertThat(reader.next()).isTrue();
      check.accept(reader.record());
      assertThat(reader.next()).isFalse();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "munmap(0x1000, 4096) = 0 ! 0",
        "123 munmap(0x1000, 4096) = 0 ! 123",
        "123   munmap(0x1000, 4096) = 0 ! 123",
        "123<my bash> munmap(0x1000, 4096) = 0 ! 123",
        "[pid   123] munmap(0x1000, 4096) = 0 ! 123",
        "[pid 123<comm]x>] munmap(0x1000, 4096) = 0 ! 123",
        "12:34:56 munmap(0x1000, 4096) = 0 ! 0",
        "12:34:56.123456 munmap(0x1000, 4096) = 0 ! 0",
        "1700000000.123456 munmap(0x1000, 4096) = 0 ! 0",
        "`     0.000123 munmap(0x1000, 4096) = 0` ! 0",
        "77 1700000000.123456 munmap(0x1000, 4096) = 0 ! 77",
        "77  12:34:56 (+     0.000001) munmap(0x1000, 4096) = 0 ! 77",
        "[00007f1234567890] munmap(0x1000, 4096) = 0 ! 0",
        "[????????????????] munmap(0x1000, 4096) = 0 ! 0",
        "77 12:34:56 [  11] [00007f1234567890] munmap(0x1000, 4096) = 0 <0.000012> ! 77",
        "[pid    77] 12:34:56 [00007f1234567890] munmap(0x1000, 4096) = 0 <0.000012> ! 77",
      })
  void readsWhatStandsBeforeTheCall(String line, int pid) {
    one(
        line,
        r -> {
          assertThat(Logs.summary(r)).isEqualTo(pid + " CALL munmap(0x1000|4096) VALUE 0");
          assertThat(r.call()).isEqualTo(SyscallName.MUNMAP);
          assertThat(r.argLong(0)).isEqualTo(0x1000);
          assertThat(r.argLong(1)).isEqualTo(4096);
        });
    assertThat(problems).isEmpty();
  }

  @Test
  void readsTimesAndPlaces() {
    one(
        "9 12:34:56.5 [00007f1234567890] brk(NULL) = 0x5000 <1.000012>",
        r -> {
          assertThat(r.timestamp()).isEqualTo("12:34:56.5");
          assertThat(r.instructionPointer()).isEqualTo(0x7f1234567890L);
          assertThat(r.durationNanos()).isEqualTo(1_000_012_000L);
          assertThat(r.result()).isEqualTo(0x5000);
          assertThat(r.resultNote()).isEmpty();
          assertThat(r.argLong(0)).isZero();
        });
    one(
        "brk(NULL) = 0x5000",
        r -> {
          assertThat(r.timestamp()).isEmpty();
          assertThat(r.instructionPointer()).isZero();
          assertThat(r.durationNanos()).isEqualTo(-1);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "PROT_NONE ! 0",
        "PROT_READ|PROT_WRITE ! 3",
        "0x3 ! 3",
        "0x3 /* PROT_READ|PROT_WRITE */ ! 3",
        "PROT_READ|0xf0 ! 241",
        "0x10 /* PROT_??? */ ! 16",
        "MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT ! 1409548322",
        "0xf /* MAP_??? */|MAP_ANONYMOUS ! 47",
        "MAP_FILE|0x80 ! 128",
        "NULL ! 0",
        "-1 ! -1",
        "18446744073709551615 ! -1",
        "0600 ! 384",
        "IPC_CREAT|0600 ! 896",
        "8192*1024 ! 8388608",
        "RLIM64_INFINITY ! -1",
        "MADV_DONTNEED ! 4",
        "0x66 /* MADV_??? */ ! 102",
        "SIGCHLD ! 17",
        "3</a b/c> ! 3",
        "AT_FDCWD</x> ! -100",
        "-100 /* AT_FDCWD */</x> ! -100",
      })
  void decodesNumbersAndNames(String text, long value) {
    one(
        "madvise(" + text + ", 0, 0) = 0",
        r -> {
          assertThat(r.argCount()).isEqualTo(3);
          assertThat(r.value(0).asLong()).isEqualTo(value);
          if (!text.contains("</")) {
            assertThat(r.argLong(0)).isEqualTo(value);
            assertThat(r.argLong(0)).as("from the cache").isEqualTo(value);
          }
          assertThat(r.undecodable()).isFalse();
        });
    assertThat(problems).isEmpty();
  }

  @Test
  void reportsUnknownNamesWithTheirPlace() {
    one(
        "mprotect(0x1000, 4096, PROT_READ|PROT_FANCY) = 0",
        r -> {
          assertThat(r.argFlags(2)).isEqualTo(1);
          assertThat(r.undecodable()).isTrue();
          assertThat(r.argLong(7)).isZero();
        });
    assertThat(problems).hasSize(2);
    assertThat(problems.getFirst())
        .isEqualTo(new StraceProblem("log", 1, 34, "unknown name or number", "PROT_FANCY"));
    assertThat(problems.getLast().message()).isEqualTo("argument 8 is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "0 ! VALUE ! 0 ! ``",
        "0x7f0000000000 ! VALUE ! 139637976727552 ! ``",
        "-1 ENOMEM (Cannot allocate memory) ! ERROR ! -12 ! ENOMEM (Cannot allocate memory)",
        "-1 EINVAL (Invalid argument) <0.000004> ! ERROR ! -22 ! EINVAL (Invalid argument)",
        "-1 (errno 600) ! ERROR ! -600 ! (errno 600)",
        "-1 ! VALUE ! -1 ! ``",
        "? ! UNKNOWN ! 0 ! ``",
        "? ERESTARTSYS (To be restarted) ! UNKNOWN ! 0 ! ERESTARTSYS (To be restarted)",
        "? <unavailable> ! UNKNOWN ! 0 ! <unavailable>",
        "0x8002 (flags O_RDWR|O_LARGEFILE) ! VALUE ! 32770 ! (flags O_RDWR|O_LARGEFILE)",
        "3</a b> ! VALUE ! 3 ! ``",
        "3</a=> (1)> <0.000100> ! VALUE ! 3 ! ``",
        "3</memfd:x>(deleted) ! VALUE ! 3 ! ``",
        "022 ! VALUE ! 18 ! ``",
      })
  void readsResults(String text, ResultKind kind, long value, String note) {
    one(
        "munmap(0x1000, 4096)    = " + text,
        r -> {
          assertThat(r.resultKind()).isEqualTo(kind);
          assertThat(r.result()).isEqualTo(value);
          assertThat(r.errno()).isEqualTo(kind == ResultKind.ERROR ? (int) -value : 0);
          assertThat(r.resultNote()).isEqualTo(note);
        });
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "3</tmp/we\\76ird (a)\\74b\\76> ! /tmp/we>ird (a)<b> ! false",
        "3</tmp/a, b) = 0> ! /tmp/a, b) = 0 ! false",
        "3</tmp/a>b> ! /tmp/a>b ! false",
        "3</memfd:xx(y)>(deleted) ! /memfd:xx(y) ! true",
        "0</dev/pts/1<char 136:1>> ! /dev/pts/1 ! false",
        "7<TCP:[127.0.0.1:80->10.0.0.1:90]> ! TCP:[127.0.0.1:80->10.0.0.1:90] ! false",
        "7<socket:[123]> ! socket:[123] ! false",
      })
  void readsDescriptorsWithTheirPaths(String text, String path, boolean deleted) {
    one(
        "mmap(NULL, 4096, PROT_READ, MAP_SHARED, " + text + ", 0x2000) = 0x1000",
        r -> {
          assertThat(r.argCount()).isEqualTo(6);
          assertThat(r.argFd(4)).isEqualTo(Character.digit(text.charAt(0), 10));
          assertThat(r.argFdPath(4)).isEqualTo(Logs.bytes(path));
          assertThat(r.value(4).fdDeleted()).isEqualTo(deleted);
          assertThat(r.argLong(5)).isEqualTo(0x2000);
          assertThat(r.result()).isEqualTo(0x1000);
        });
    one("close(" + text + ") = 0", r -> assertThat(r.argFdPath(0)).isEqualTo(Logs.bytes(path)));
    assertThat(problems).isEmpty();
  }

  @Test
  void readsStringsStructuresAndArrays() {
    one(
        "openat(AT_FDCWD, \"/a\\\"b\\\\, (\\0011\\x41\\n\\377\"..., O_RDONLY) = 3",
        r -> {
          assertThat(r.argBytes(1)).isEqualTo(Logs.bytes("/a\"b\\, (\0011A\n\377"));
          assertThat(r.value(1).truncated()).isTrue();
          assertThat(r.argFdPath(0)).isNull();
          assertThat(r.argBytes(0)).isNull();
        });
    one(
        "clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f00, exit_signal=0} => {parent_tid=[8]},"
            + " 88) = 8",
        r -> {
          assertThat(r.argCount()).isEqualTo(2);
          assertThat(r.structField(0, "flags").asLong()).isEqualTo(0x10100);
          assertThat(r.structField(0, "stack").asLong()).isEqualTo(0x7f00);
          assertThat(r.structField(0, "tls")).isNull();
          assertThat(r.value(0).after().field("parent_tid").element(0).asLong()).isEqualTo(8);
        });
    one(
        "clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD, child_tidptr=0x10) = 9",
        r -> {
          assertThat(r.namedArg("flags").asLong()).isEqualTo(0x4111);
          assertThat(r.namedArg("child_stack").isNull()).isTrue();
          assertThat(r.namedArg("tls")).isNull();
        });
    one(
        "pipe2([3<pipe:[1]>, 4<pipe:[1]>], O_CLOEXEC) = 0",
        r -> {
          assertThat(r.value(0).element(1).asLong()).isEqualTo(4);
          assertThat(r.value(0).element(2)).isNull();
          assertThat(r.argFlags(1)).isEqualTo(02000000);
        });
    one(
        "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0",
        r -> {
          assertThat(r.structField(3, "rlim_cur").asLong()).isEqualTo(8 << 20);
          assertThat(r.structField(3, "rlim_max").asLong()).isEqualTo(-1);
        });
    assertThat(problems).isEmpty();
  }

  @Test
  void joinsTheHalvesOfACall() throws IOException {
    byte[] log =
        lines(
            "1 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>",
            "2 munmap(0x5000, 4096 <unfinished ...>",
            "1 <... mmap resumed>)      = 0x7000",
            "2 <... munmap resumed> )   = 0",
            "1 mincore(0x7000, 4096,  <unfinished ...>",
            "1 <... mincore resumed>[1]) = 0 <0.000100>");
    try (StraceReader reader = Logs.open(log, problems)) {
      StraceRecord r = reader.record();
      reader.next();
      assertThat(r.kind()).isEqualTo(RecordKind.UNFINISHED);
      assertThat(r.argCount()).isEqualTo(6);
      assertThat(r.resultKind()).isEqualTo(ResultKind.NONE);
      reader.next();
      assertThat(Logs.summary(r)).isEqualTo("2 UNFINISHED munmap(0x5000|4096) NONE 0");
      reader.next();
      assertThat(r.kind()).isEqualTo(RecordKind.RESUMED);
      assertThat(r.joined()).isTrue();
      assertThat(r.argLong(1)).isEqualTo(4096);
      assertThat(r.argLong(5)).isZero();
      assertThat(r.result()).isEqualTo(0x7000);
      assertThat(r.lineNumber()).isEqualTo(3);
      assertThat(r.firstLineNumber()).isEqualTo(1);
      assertThat(r.firstByteOffset()).isZero();
      assertThat(r.byteOffset())
          .isEqualTo(new String(log, StandardCharsets.ISO_8859_1).indexOf("1 <..."));
      reader.next();
      assertThat(Logs.summary(r)).isEqualTo("2 RESUMED munmap(0x5000|4096) VALUE 0");
      reader.next();
      assertThat(Logs.summary(r)).isEqualTo("1 UNFINISHED mincore(0x7000|4096) NONE 0");
      reader.next();
      assertThat(Logs.summary(r)).isEqualTo("1 RESUMED mincore(0x7000|4096|[1]) VALUE 0");
      assertThat(r.durationNanos()).isEqualTo(100_000);
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void toleratesLostHalves() throws IOException {
    List<String> got =
        Logs.summarize(
            lines(
                "1 <... mmap resumed>)      = 0x7000",
                "1 munmap(0x5000, 4096 <unfinished ...>",
                "1 brk(NULL <unfinished ...>",
                "1 <... munmap resumed>)    = 0",
                "1 exit_group(0 <unfinished ...>",
                "1 +++ exited with 3 +++"),
            problems);
    assertThat(got)
        .containsExactly(
            "1 RESUMED mmap() VALUE 28672",
            "1 UNFINISHED munmap(0x5000|4096) NONE 0",
            "1 UNFINISHED brk(NULL) NONE 0",
            "1 RESUMED munmap() VALUE 0",
            "1 UNFINISHED exit_group(0) NONE 0",
            "1 EXITED () VALUE 3");
    assertThat(problems)
        .extracting(StraceProblem::line, StraceProblem::message)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, "the first half of this call is missing"),
            org.assertj.core.groups.Tuple.tuple(3L, "the call of line 2 was never resumed"),
            org.assertj.core.groups.Tuple.tuple(4L, "the first half of this call is missing"));
  }

  @Test
  void boundsTheMemoryOfUnfinishedCalls() throws IOException {
    StringBuilder log = new StringBuilder();
    for (int pid = 1; pid <= 100; pid++) {
      log.append(pid).append(" munmap(0x5000, 4096 <unfinished ...>\n");
    }
    for (int pid = 1; pid <= 100; pid++) {
      log.append(pid).append(" <... munmap resumed>) = 0\n");
    }
    StraceLimits limits = new StraceLimits(1 << 16, 2000, 10, 1 << 30, 500);
    int joined = 0;
    try (StraceReader reader = Logs.open(Logs.bytes(log.toString()), limits, problems)) {
      while (reader.next()) {
        joined += reader.record().joined() ? 1 : 0;
      }
      assertThat(joined).isBetween(5, 20);
      assertThat(problems).hasSize(10);
      assertThat(reader.problemCount()).isEqualTo(2L * (100 - joined));
    }
  }

  @Test
  void readsSignalsAndEnds() throws IOException {
    assertThat(
            Logs.summarize(
                lines(
                    "5 --- SIGSEGV {si_signo=SIGSEGV, si_addr=0x10} ---",
                    "5 --- stopped by SIGSTOP ---",
                    "5 +++ killed by SIGSEGV (core dumped) +++",
                    "6 +++ exited with 255 +++",
                    "7 +++ superseded by execve in pid 8 +++",
                    "[ Process PID=9 runs in 32 bit mode. ]",
                    "9 [ Process PID=9 runs in 64 bit mode. ]",
                    "5 futex(0x1, FUTEX_WAIT, 2, NULL <unfinished ...>) = ?",
                    "5 pause( <detached ...>"),
                problems))
        .containsExactly(
            "5 SIGNAL SIGSEGV({si_signo=SIGSEGV, si_addr=0x10}) VALUE 11",
            "5 SIGNAL SIGSTOP() VALUE 19",
            "5 KILLED SIGSEGV() VALUE 11",
            "6 EXITED () VALUE 255",
            "7 SUPERSEDED () VALUE 8",
            "9 PERSONALITY () VALUE 32",
            "9 PERSONALITY () VALUE 64",
            "5 CALL futex(0x1|FUTEX_WAIT|2|NULL) UNKNOWN 0",
            "5 UNFINISHED pause() NONE 0");
    assertThat(problems).isEmpty();
  }

  @Test
  void passesOverNoise() throws IOException {
    assertThat(
            Logs.summarize(
                lines(
                    "",
                    "strace: Process 12 attached",
                    "Process 12 attached",
                    "strace: [ Process PID=1 runs in 32 bit mode. ]",
                    " > /usr/lib/libc.so.6(mmap+0x13) [0x1234]",
                    "# a comment",
                    "# vmarea fault 12 0x1000 w"),
                problems))
        .allMatch(s -> s.contains("NOISE") || s.contains("VMAREA_COMMENT"));
    assertThat(problems).isEmpty();
    one(
        "# vmarea fault 12 0x1000 w",
        r -> assertThat(r.comment()).isEqualTo(Logs.bytes("# vmarea fault 12 0x1000 w")));
  }

  @Test
  void givesTheFirstProcessOneIdentity() throws IOException {
    assertThat(
            Logs.summarize(
                lines(
                    "brk(NULL) = 0x1000",
                    "clone(child_stack=NULL, flags=SIGCHLDstrace: Process 12 attached",
                    ", child_tidptr=0x10) = 12",
                    "[pid    12] brk(NULL) = 0x2000",
                    "[pid    11] brk(NULL) = 0x1000",
                    "[pid    12] +++ exited with 0 +++",
                    "brk(NULL) = 0x1000",
                    "read(3, strace: Process 13 attached",
                    " <unfinished ...>",
                    "[pid    11] <... read resumed>\"\", 1) = 0",
                    "[pid    11] +++ exited with 0 +++",
                    "brk(NULL) = 0x3000"),
                problems))
        .containsExactly(
            "0 CALL brk(NULL) VALUE 4096",
            "0 NOISE clone() NONE 0",
            "0 CALL clone(child_stack=NULL|flags=SIGCHLD|child_tidptr=0x10) VALUE 12",
            "12 CALL brk(NULL) VALUE 8192",
            "0 CALL brk(NULL) VALUE 4096",
            "12 EXITED () VALUE 0",
            "0 CALL brk(NULL) VALUE 4096",
            "0 NOISE read() NONE 0",
            "0 UNFINISHED read(3) NONE 0",
            "0 RESUMED read(3|\"\"|1) VALUE 0",
            "0 EXITED () VALUE 0",
            "13 CALL brk(NULL) VALUE 12288");
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "total 80",
        "123",
        "mmap(NULL, 4096",
        "mmap(NULL, 4096) = ",
        "mmap(NULL, 4096) 0x1000",
        "mmap(NULL, 4096) = 0xzz",
        "mmap(NULL, 4096) = 12junk",
        "mmap(NULL, 4096) = -1 EWHATEVER (No such error)",
        "mmap(NULL, \"abc) = 0",
        "<... mmap resumed",
        "<...",
        "+++ exited with x +++",
        "--x",
        "[pid",
        "`[ Process PID=x]`",
        "99999999999999999999 mmap(NULL) = 0",
      })
  void callsGarbledLinesBad(String line) throws IOException {
    List<String> got = Logs.summarize(lines(line, "brk(NULL) = 0x1000"), problems);
    assertThat(got).hasSize(2);
    assertThat(got.getFirst()).contains(" BAD ");
    assertThat(got.getLast()).isEqualTo("0 CALL brk(NULL) VALUE 4096");
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().line()).isEqualTo(1);
  }

  @Test
  void reportsALogThatEndsInsideALine() throws IOException {
    Logs.summarize(Logs.bytes("brk(NULL) = 0x1000\nmmap(NULL, 40"), problems);
    assertThat(problems)
        .extracting(StraceProblem::message)
        .containsExactly("the call does not end", "the log ends inside this line");
    problems.clear();
    assertThat(Logs.summarize(Logs.bytes("brk(NULL) = 0x1000"), problems)).hasSize(1);
    assertThat(problems).isEmpty();
  }

  @Test
  void skipsOverlongLines() throws IOException {
    StraceLimits limits = new StraceLimits(1000, 1 << 16, 10, 1 << 30, 500);
    byte[] log =
        lines("brk(NULL) = 0x1000", "x".repeat(5_000_000), "brk(NULL) = 0x2000", "y".repeat(1001));
    List<RecordKind> kinds = new ArrayList<>();
    try (StraceReader reader = Logs.open(log, limits, problems)) {
      while (reader.next()) {
        kinds.add(reader.record().kind());
      }
      assertThat(reader.record().lineNumber()).isEqualTo(4);
    }
    assertThat(kinds)
        .containsExactly(RecordKind.CALL, RecordKind.BAD, RecordKind.CALL, RecordKind.BAD);
    assertThat(problems)
        .extracting(StraceProblem::message)
        .containsExactly("line is too long", "line is too long");
    assertThat(problems.getFirst().excerpt()).hasSizeLessThan(80);
  }

  @Test
  void readsCompressedLogs() throws IOException {
    byte[] plain = Logs.resource("ls.strace");
    byte[] packed = gzip(plain);
    assertThat(Logs.summarize(packed, problems)).isEqualTo(Logs.summarize(plain, problems));
    assertThat(problems).isEmpty();
  }

  @Test
  void readsACutCompressedLogAsFarAsItGoes() throws IOException {
    byte[] packed = gzip(Logs.resource("ls.strace"));
    List<String> got = Logs.summarize(Arrays.copyOf(packed, packed.length / 2), problems);
    assertThat(got).hasSizeGreaterThan(10);
    assertThat(problems.getLast().message()).isEqualTo("the compressed log ends early");
  }

  @Test
  void refusesDamagedAndExplodingCompressedLogs() throws IOException {
    byte[] damaged = gzip(Logs.resource("ls.strace"));
    Arrays.fill(damaged, 100, 200, (byte) 0xff);
    assertThatThrownBy(() -> Logs.summarize(damaged, problems))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("log: damaged compressed data");
    byte[] bomb = gzip(new byte[80 << 20]);
    assertThatThrownBy(() -> Logs.summarize(bomb, problems))
        .isInstanceOf(IOException.class)
        .hasMessage("log: unpacks to more than 500 times its size");
    StraceLimits small = new StraceLimits(1000, 1000, 10, 1000, 500);
    byte[] big = gzip(Logs.resource("ls.strace"));
    assertThatThrownBy(
            () -> {
              try (StraceReader reader = Logs.open(big, small, problems)) {
                while (reader.next()) {}
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage("log: unpacks to more than 1000 bytes");
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void recognizesCallsThatOldVersionsOfStraceOnlyNumber() {
    one(
        "syscall_0x1ce(0x1000, 0x1000, 0, 0, 0, 0) = 0",
        r -> assertThat(r.call()).isEqualTo(SyscallName.MSEAL));
  }
}
