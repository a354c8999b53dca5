// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.procmaps.SmapsField;
import dev.vmarea.trace.procmaps.SmapsFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotReaderTest {
  private static final String MAPS =
      """
      00400000-00401000 r-xp 00000000 08:01 42                                 /opt/a b (deleted)
      00401000-00402000 rw-p 00001000 08:01 42                                 /opt/a b (deleted)
      7f0000000000-7f0000001000 ---p 00000000 00:00 0\s
      7f0000001000-7f0000002000 rw-s 00000000 00:01 7                          /memfd:x\\012y (deleted)
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
      """;

  private static Snapshot read(byte[] text) throws IOException {
    return SnapshotReader.read(
        new ByteArrayInputStream(text), SnapshotOrigin.of("a test", Detail.MAPS));
  }

  private static Snapshot read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void shouldReadMaps() throws IOException {
    Snapshot snapshot = read(MAPS);
    assertThat(snapshot.size()).isEqualTo(4);
    assertThat(snapshot.origin().detail()).isEqualTo(Detail.MAPS);
    assertThat(snapshot.object(0).name()).isEqualTo("/opt/a b (deleted)");
    assertThat(snapshot.object(0).isDeleted()).isTrue();
    assertThat(snapshot.objectNumber(1)).isEqualTo(snapshot.objectNumber(0));
    assertThat(snapshot.offset(1)).isEqualTo(0x1000);
    assertThat(snapshot.object(2)).isEqualTo(MappedObject.ANONYMOUS);
    assertThat(snapshot.flags(2) & VmFlags.ACCESS).isZero();
    assertThat(snapshot.object(3).name()).isEqualTo("/memfd:x\\012y (deleted)");
    assertThat(snapshot.flags(3) & VmFlags.MAYSHARE).isNotZero();
    assertThat(snapshot.anonymousPages(0)).isEqualTo(Snapshot.UNKNOWN);
  }

  @Test
  void shouldReadWhatIsCompressed() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      SmapsFile.write(random(new SplittableRandom(3), 2000), gzip);
    }
    assertThat(read(out.toByteArray()).size()).isEqualTo(2000);
    Snapshot cut = read(Arrays.copyOf(out.toByteArray(), out.size() / 2));
    assertThat(cut.size()).isBetween(100, 1900);
    assertThat(cut.origin().notes()).anyMatch(note -> note.contains("incomplete"));
  }

  /** Both readers of this library see the same. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadAsTheOtherReaderDoes(long seed) throws IOException {
    List<SmapsEntry> entries = random(new SplittableRandom(seed), 200);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    SmapsFile.write(entries, text);
    Snapshot snapshot = read(text.toByteArray());
    assertThat(snapshot.origin().detail()).isEqualTo(Detail.SMAPS);
    assertThat(snapshot.size()).isEqualTo(entries.size());
    List<SmapsEntry> others =
        SmapsFile.read(new ByteArrayInputStream(text.toByteArray()), "a test");
    for (int i = 0; i < others.size(); i++) {
      SmapsEntry entry = others.get(i);
      assertThat(snapshot.start(i)).isEqualTo(entry.map().start());
      assertThat(snapshot.end(i)).isEqualTo(entry.map().end());
      assertThat(snapshot.offset(i)).isEqualTo(entry.map().offset());
      assertThat(snapshot.object(i).inode()).isEqualTo(entry.map().inode());
      assertThat(snapshot.object(i).name())
          .isEqualTo(entry.map().name() == null ? "" : entry.map().name());
      assertThat(snapshot.residentPages(i)).isEqualTo(entry.field("Rss").orElseThrow() / 4);
      assertThat(snapshot.anonymousPages(i))
          .isEqualTo(
              (entry.field("Anonymous").orElseThrow() + entry.field("Swap").orElseThrow()) / 4);
      assertThat(VmFlags.mnemonics(snapshot.flags(i) & ~VmFlags.PKEY_MASK).strip())
          .isEqualTo(String.join(" ", entry.vmFlags()));
      assertThat(snapshot.flags(i) >>> VmFlags.PKEY_SHIFT & 0xf)
          .isEqualTo(entry.field("ProtectionKey").orElseThrow());
    }
  }

  private static List<SmapsEntry> random(SplittableRandom random, int count) {
    List<SmapsEntry> entries = new ArrayList<>();
    long at = 0x400000;
    String[] names = {null, "/lib/libc.so.6", "[heap]", "[anon:a b]", "/x (deleted)", "/y\\012z"};
    for (int i = 0; i < count; i++) {
      at += random.nextLong(3) << 12;
      long end = at + (1 + random.nextLong(1L << random.nextInt(30)) << 12);
      String name = names[random.nextInt(names.length)];
      boolean file = name != null && name.startsWith("/");
      long flags = random.nextLong() & VmFlags.ACCESS | VmFlags.MAYREAD | VmFlags.HUGEPAGE;
      MapsEntry map =
          new MapsEntry(
              at,
              end,
              "r" + (random.nextBoolean() ? "w" : "-") + "-p",
              file ? random.nextLong(1 << 20) << 12 : 0,
              file ? 8 : 0,
              file ? 1 : 0,
              file ? 1 + random.nextInt(3) : 0,
              name);
      entries.add(
          new SmapsEntry(
              map,
              List.of(
                  new SmapsField("Size", end - at >> 10, true),
                  new SmapsField("Rss", random.nextLong(1000) * 4, true),
                  new SmapsField("Pss", random.nextLong(1000), true),
                  new SmapsField("Anonymous", random.nextLong(1000) * 4, true),
                  new SmapsField("AnonHugePages", 0, true),
                  new SmapsField("Swap", random.nextLong(1000) * 4, true),
                  new SmapsField("SwapPss", 3, true),
                  new SmapsField("ProtectionKey", random.nextLong(16), false)),
              List.of(VmFlags.mnemonics(flags).strip().split(" "))));
      at = end;
    }
    return entries;
  }

  /** Cut anywhere, it loses one area at most, and says so. */
  @Test
  void shouldKeepWhatIsThereOfAHalfWrittenFile() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SmapsFile.write(random(new SplittableRandom(7), 5), out);
    byte[] text = out.toByteArray();
    byte[] first = Arrays.copyOf(text, new String(text, StandardCharsets.ISO_8859_1).indexOf("Vm"));
    for (int length = first.length + 40; length < text.length; length++) {
      Snapshot cut = read(Arrays.copyOf(text, length));
      assertThat(cut.size()).isBetween(1, 5);
      if (text[length - 1] != '\n') {
        assertThat(cut.origin().notes()).anyMatch(note -> note.contains("incomplete"));
      }
    }
  }

  /** Whatever is in it: an answer or a sentence. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldSurviveAnything(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int round = 0; round < 3000; round++) {
      byte[] text = text(random, out);
      for (int i = random.nextInt(4); i >= 0; i--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(read(text).size()).isPositive();
      } catch (SnapshotException e) {
        assertThat(e.getMessage()).startsWith("a test");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static byte[] text(SplittableRandom random, ByteArrayOutputStream out) {
    if (random.nextBoolean()) {
      return MAPS.getBytes(StandardCharsets.ISO_8859_1);
    }
    try {
      out.reset();
      SmapsFile.write(random(random, 3), out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello|:1: an area expected, START-END: \"hello\"",
        "00402000-00401000 r-xp 00000000 08:01 42|:1: the range is empty",
        "00400000-00401000 rwzp 00000000 08:01 42|:1: permissions expected",
        "00400000-00401100 r-xp 00000000 08:01 42|not of whole pages of 4096",
        "Size: 4 kB|:1: a field before the first area"
      })
  void shouldSayWhatIsWrong(String line, String message) {
    assertThatThrownBy(() -> read(line + "\n"))
        .isInstanceOf(SnapshotException.class)
        .hasMessageStartingWith("a test")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseWhatIsOutOfOrderOrEmpty() {
    String line = MAPS.lines().findFirst().orElseThrow() + "\n";
    assertThatThrownBy(() -> read(line + line)).hasMessageContaining(":2: the range lies below");
    assertThatThrownBy(() -> read("")).hasMessageContaining("no area in it");
  }

  @Test
  void shouldKnowWhenFlagsAreMissing() throws IOException {
    String area = "00400000-00401000 rw-p 00000000 00:00 0 \nRss: 4 kB\nAnonymous: 4 kB\n";
    Snapshot snapshot = read(area);
    assertThat(snapshot.origin().detail()).isEqualTo(Detail.MAPS);
    assertThat(snapshot.anonymousPages(0)).isEqualTo(1);
    assertThat(snapshot.origin().notes()).anyMatch(note -> note.contains("VmFlags"));
  }

  @Test
  void shouldFindAreas() throws IOException {
    Snapshot snapshot = read(MAPS);
    assertThat(snapshot.find(0)).isZero();
    assertThat(snapshot.find(0x400fff)).isZero();
    assertThat(snapshot.find(0x401000)).isEqualTo(1);
    assertThat(snapshot.find(0x402000)).isEqualTo(2);
    assertThat(snapshot.find(-1)).isEqualTo(4);
  }
}
