// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps and smaps survive reading and writing byte for byte; garbled ones are refused. */
class ProcFilesTest {
  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ProcFilesTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static List<MapsEntry> maps(byte[] text) throws IOException {
    return MapsFile.read(new ByteArrayInputStream(text), "maps");
  }

  private static List<SmapsEntry> smaps(byte[] text) throws IOException {
    return SmapsFile.read(new ByteArrayInputStream(text), "smaps");
  }

  private static String mapsAgain(byte[] text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MapsFile.write(maps(text), out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static String smapsAgain(byte[] text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SmapsFile.write(smaps(text), out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static String latin1(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "python"})
  void writesCapturedFilesByteForByte(String name) throws IOException {
    byte[] maps = resource(name + ".maps");
    assertThat(mapsAgain(maps)).isEqualTo(latin1(maps));
    byte[] smaps = resource(name + ".smaps");
    assertThat(smapsAgain(smaps)).isEqualTo(latin1(smaps));
    assertThat(smaps(smaps)).hasSizeGreaterThan(10);
  }

  @Test
  void writesTheFilesOfThisMachineByteForByte() throws IOException {
    Path proc = Path.of("/proc");
    Assumptions.assumeTrue(
        Files.isReadable(proc.resolve("self/maps")), "no /proc/self/maps on this system");
    int compared = 0;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        for (String name : List.of("maps", "smaps")) {
          byte[] text;
          try {
            text = Files.readAllBytes(process.resolve(name));
          } catch (IOException e) {
            continue; // gone, or not ours to read
          }
          String again;
          try {
            again = name.equals("maps") ? mapsAgain(text) : smapsAgain(text);
          } catch (MapsFormatException e) {
            // A process that maps while it is read may show a range twice.
            if (Objects.requireNonNull(e.getMessage()).contains("the range")) {
              continue;
            }
            throw e;
          }
          assertThat(again).as(process.resolve(name).toString()).isEqualTo(latin1(text));
          compared += text.length > 0 ? 1 : 0;
        }
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(2);
  }

  @Test
  void readsEveryColumn() throws IOException {
    List<MapsEntry> got =
        maps(
            bytes(
                """
                00400000-00401000 r-xp 00002000 fd:1a 18446744073709551615               /a b\\012c (deleted)
                7f0000000000-7f0000001000 -w-s 00000000 00:00 0\s
                ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
                """));
    assertThat(got)
        .containsExactly(
            new MapsEntry(
                0x400000, 0x401000, "r-xp", 0x2000, 0xfd, 0x1a, -1, "/a b\\012c (deleted)"),
            new MapsEntry(0x7f0000000000L, 0x7f0000001000L, "-w-s", 0, 0, 0, 0, null),
            new MapsEntry(
                0xffffffffff600000L, 0xffffffffff601000L, "--xp", 0, 0, 0, 0, "[vsyscall]"));
    assertThat(got.get(0).executable()).isTrue();
    assertThat(got.get(0).writable()).isFalse();
    assertThat(got.get(1).shared()).isTrue();
    assertThat(got.get(1).readable()).isFalse();
    assertThat(got.get(2).vsyscall()).isTrue();
    assertThat(got.get(2).length()).isEqualTo(4096);
  }

  @Test
  void keepsNamesBehindLongHeads() throws IOException {
    MapsEntry wide =
        new MapsEntry(
            0x7fffffff0000L, 0x7fffffff1000L, "rw-p", -4096, 0xfff, 0xfffff, -1, "  /x y ");
    byte[] line = wide.toBytes();
    assertThat(MapsEntry.parse(line, 0, line.length, "x", 1)).isEqualTo(wide);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "junk ! maps:1: number expected",
        "1000-2000 ! maps:1: number expected",
        "2000-1000 r--p 00000000 00:00 0 ! maps:1: the range is empty",
        "1000-2000 r--x 00000000 00:00 0 ! maps:1: bad permissions",
        "1000-2000 r--p ! maps:1: permissions expected",
        "1000-2000 r--p 0 00:00 ! maps:1: number expected",
        "1000-2000 r--p 0 00:00 x ! maps:1: inode expected",
        "1000-2000 r--p 0 00:00 07 ! maps:1: inode expected",
        "12345678901234567-2000 r--p 0 00:00 0 ! maps:1: number expected",
      })
  void refusesGarbledLines(String line, String message) {
    assertThatThrownBy(() -> maps(bytes(line + "\n")))
        .isInstanceOf(MapsFormatException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void refusesDisorderNamingTheLine() {
    String first = "00001000-00003000 r--p 00000000 00:00 0 \n";
    assertThatThrownBy(() -> maps(bytes(first + "00002000-00004000 r--p 00000000 00:00 0 \n")))
        .isInstanceOf(MapsFormatException.class)
        .hasMessage("maps:2: the range overlaps the one before");
    assertThatThrownBy(() -> smaps(bytes(first + "00000500-00000600 r--p 00000000 00:00 0 \n")))
        .isInstanceOf(MapsFormatException.class)
        .hasMessage("smaps:2: the range is not behind the one before");
    assertThatThrownBy(() -> maps(bytes(first.strip())))
        .hasMessage("maps:1: the file ends inside this line");
    assertThatThrownBy(() -> maps(new byte[100_000])).hasMessage("maps:1: line is too long");
  }

  @Test
  void readsFieldsOfSmaps() throws IOException {
    String text =
        """
        00400000-00401000 r-xp 00002000 fd:01 99                                 /bin/x
        Size:                  4 kB
        Rss:            123456789 kB
        Private_Hugetlb:       7 kB
        SomethingNew:         11 kB
        THPeligible:           1
        ProtectionKey:         3
        VmFlags: rd ex mr mw me ?? sd\s
        00500000-00501000 r-xp 00000000 00:00 0\s
        Size:                  4 kB
        """;
    List<SmapsEntry> got = smaps(bytes(text));
    assertThat(got.get(0).field("SomethingNew")).hasValue(11);
    assertThat(got.get(0).field("Nothing")).isEmpty();
    assertThat(got.get(0).vmFlags()).containsExactly("rd", "ex", "mr", "mw", "me", "??", "sd");
    assertThat(got.get(0).hasFlag("ex")).isTrue();
    assertThat(got.get(1).vmFlags()).isNull();
    assertThat(got.get(1).hasFlag("ex")).isFalse();
    assertThat(smapsAgain(bytes(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Size: 4 kB\n",
        "00400000-00401000 r-xp 00002000 fd:01 99 \nSize 4\n",
        "00400000-00401000 r-xp 00002000 fd:01 99 \nSize: x kB\n",
        "00400000-00401000 r-xp 00002000 fd:01 99 \nSize: 4 MB\n",
        "00400000-00401000 r-xp 00002000 fd:01 99 \nVmFlags: rd \nVmFlags: rd \n",
      })
  void refusesGarbledSmaps(String text) {
    assertThatThrownBy(() -> smaps(bytes(text))).isInstanceOf(MapsFormatException.class);
  }

  @Test
  void mutatedFilesAreReadOrRefused() throws IOException {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    System.out.println("ProcFilesTest -Dvmarea.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] maps = resource("python.maps");
    byte[] smaps = resource("cat.smaps");
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      boolean small = random.nextBoolean();
      byte[] text = (small ? maps : smaps).clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        int at = random.nextInt(text.length);
        switch (random.nextInt(3)) {
          case 0 -> text[at] = (byte) random.nextInt(256);
          case 1 -> text[at] = (byte) " \n-:0/x".charAt(random.nextInt(7));
          default -> text = Arrays.copyOf(text, Math.max(1, at));
        }
      }
      try {
        if (small) {
          mapsAgain(text);
        } else {
          smapsAgain(text);
        }
      } catch (MapsFormatException e) {
        refused++;
        assertThat(e.line()).as("seed %d", seed).isPositive();
      }
    }
    assertThat(refused).isPositive();
  }
}
