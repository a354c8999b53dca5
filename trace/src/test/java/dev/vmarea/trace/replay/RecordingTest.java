// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories written by the recorder. */
class RecordingTest {
  private static final String TRACE =
      """
      100 execve("/bin/prog", ["prog", "x"], 0x7ffe0 /* 3 vars */) = 0
      # vmarea exec 100
      # vmarea m 100 555555554000-555555556000 r-xp 00000000 fe:00 11                         /bin/prog
      # vmarea f 100 anon=0 rd ex mr mw me
      # vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0                          [vdso]
      # vmarea f 100 anon=0 rd ex mr mw me de
      # vmarea m 100 7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
      # vmarea f 100 anon=8 rd wr mr mw me gd ac
      # vmarea layout 100 start_brk=0x555555600000 brk=0x555555600000 start_stack=0x7fffffffe000 rlimit_stack=8388608 caps=0x0 personality=0x0
      # vmarea end 100
      100 brk(0x555555601000) = 0x555555601000
      100 openat(AT_FDCWD, "f", O_RDWR) = 3
      # vmarea fd 100 3 file=7 dev=8:1 ino=77 fs=ext4 flags=02 seals=0 noexec=0 path="/w/f"
      100 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7ffff7ffc000
      # vmarea path file=7 path="/w/g (deleted)"
      # vmarea exit 100
      # vmarea m 100 555555554000-555555556000 r-xp 00000000 fe:00 11                         /bin/prog
      # vmarea m 100 555555600000-555555601000 rw-p 00000000 00:00 0                          [heap]
      # vmarea m 100 7ffff7ffc000-7ffff7ffd000 rw-s 00000000 08:01 77                         /w/g (deleted)
      # vmarea m 100 7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0                          [vdso]
      # vmarea m 100 7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
      # vmarea end 100
      100 +++ exited with 0 +++
      """;

  @TempDir private Path directory;

  @Test
  void isReplayedWithWhatItTells() throws IOException {
    Files.writeString(directory.resolve("trace.strace"), TRACE);
    JsonWriter meta = new JsonWriter().beginObject();
    meta.member("schema", 1L).member("kernel", "6.18.44").key("command").beginArray();
    meta.value("prog").value("x").endArray().member("exitStatus", 0L).key("config");
    ConfigText.write(meta, KernelConfig.standard().withMaxMapCount(77));
    Files.writeString(directory.resolve("meta.json"), meta.endObject().text());

    Recording recording = Recording.open(directory);
    assertThat(recording.command()).containsExactly("prog", "x");
    assertThat(recording.config()).isEqualTo(KernelConfig.standard().withMaxMapCount(77));
    assertThat(recording.exitStatus()).isZero();

    ReplayReport report = recording.replay(null, problem -> {});
    assertThat(report.divergences()).isEmpty();
    assertThat(report.processes().getFirst().comparison())
        .isEqualTo(new MapComparison(true, 0, java.util.List.of()));
    assertThat(report.identical()).isTrue();
    assertThat(report.notes()).noneMatch(note -> note.contains("profile"));
  }

  @Test
  void anotherKernelsProfileIsNamed() throws IOException {
    Files.writeString(directory.resolve("trace.strace"), TRACE);
    Files.writeString(directory.resolve("meta.json"), "{\"kernel\":\"6.1.0-42-amd64\"}");
    ReplayReport report = Recording.open(directory).replay(null, problem -> {});
    assertThat(report.notes())
        .anyMatch(note -> note.contains("6.1.0-42-amd64") && note.contains("LINUX_6_18"))
        .anyMatch(note -> note.contains("configuration"));
  }

  @Test
  void whatIsNoRecordingIsRefused() throws IOException {
    assertThat(Recording.isRecording(directory)).isFalse();
    assertThatThrownBy(() -> Recording.open(directory))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("trace.strace");
    Files.writeString(directory.resolve("trace.strace"), TRACE);
    Files.writeString(directory.resolve("meta.json"), "{\"schema\":2}");
    assertThatThrownBy(() -> Recording.open(directory)).hasMessageContaining("schema 2");
    Files.writeString(directory.resolve("meta.json"), "{");
    assertThatThrownBy(() -> Recording.open(directory)).hasMessageContaining("meta.json");
  }

  @Test
  void configurationSurvivesWritingAndReading() throws Exception {
    KernelConfig config = KernelConfig.standard().withOvercommit(2, 12345);
    JsonWriter out = new JsonWriter();
    ConfigText.write(out, config);
    assertThat(ConfigText.read(JsonReader.read(out.text()).asObject("config"))).isEqualTo(config);
  }
}
