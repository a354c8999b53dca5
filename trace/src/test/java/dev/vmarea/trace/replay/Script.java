// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A small program on a small map, for tests: a log, the maps before and after. */
final class Script {
  /** mmap_base of the program: the end of the interpreter. */
  static final long TOP = 0x7ffff7fff000L;

  /** A program with an interpreter and a stack. */
  static final String START =
      """
      555555554000-555555556000 r-xp 00000000 fe:00 11 /bin/prog
      555555556000-555555557000 rw-p 00002000 fe:00 11 /bin/prog
      7ffff7fc8000-7ffff7fca000 r-xp 00000000 00:00 0 [vdso]
      7ffff7fca000-7ffff7ffd000 r-xp 00000000 fe:00 12 /lib/ld.so
      7ffff7ffd000-7ffff7fff000 rw-p 00033000 fe:00 12 /lib/ld.so
      7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]
      """;

  private ReplaySettings settings = ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18);
  private final StringBuilder log = new StringBuilder();

  private Script() {}

  /** A script that starts from {@link #START}. */
  static Script started() {
    return startedBy("100 ");
  }

  /** The same, the lines beginning with {@code pid}. */
  static Script startedBy(String pid) {
    Script script = new Script();
    script.settings = script.settings.withStart(ReplaySettings.StartingMap.ofMaps(maps(START)));
    return script.line(pid + "execve(\"/bin/prog\", [\"prog\"], 0x7ffe0 /* 3 vars */) = 0");
  }

  /** Adds lines of the log. */
  Script line(String text) {
    log.append(text).append('\n');
    return this;
  }

  /** Expects the starting map with these lines besides, in order of address. */
  Script expect(String... added) {
    return expectExactly(START + String.join("\n", added) + "\n");
  }

  /** Expects exactly these lines, in any order. */
  Script expectExactly(String text) {
    settings = settings.withExpected(maps(text));
    return this;
  }

  Script config(KernelConfig config) {
    settings =
        new ReplaySettings(
            config,
            settings.profile(),
            settings.start(),
            settings.expected(),
            settings.maxDivergences(),
            settings.notes(),
            settings.devices(),
            settings.mounts(),
            settings.variants(),
            settings.profileAssumed(),
            settings.pageTables(),
            settings.touch(),
            Architecture.X86_64,
            settings.follower());
    return this;
  }

  ReplayReport run() {
    return run(log.toString().getBytes(StandardCharsets.ISO_8859_1), settings);
  }

  static ReplayReport run(byte[] log, ReplaySettings settings) {
    try {
      return Replay.run(new ByteArrayInputStream(log), "test", settings, problem -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String log() {
    return log.toString();
  }

  ReplaySettings settings() {
    return settings;
  }

  static List<MapsEntry> maps(String text) {
    List<String> lines =
        text.lines().filter(line -> !line.isBlank()).sorted(Script::byAddress).toList();
    try {
      return MapsFile.read(
          new ByteArrayInputStream(
              (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1)),
          "test map");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int byAddress(String a, String b) {
    return Long.compareUnsigned(start(a), start(b));
  }

  private static long start(String line) {
    return Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
  }
}
