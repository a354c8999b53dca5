// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small log of process 100, which begins with one page of program, for tests. */
public final class Logs {
  /** Where mappings of the scripts lie. */
  public static final long BASE = 0x10000000L;

  private final StringBuilder text = new StringBuilder();

  private Logs() {}

  /** A program that was just executed: lines 1 to 5. */
  public static Logs started() {
    return new Logs()
        .line("100 execve(\"/bin/prog\", [\"prog\"], 0x7ffe0 /* 3 vars */) = 0")
        .line("# vmarea exec 100")
        .line("# vmarea m 100 555555554000-555555555000 r-xp 00000000 fe:00 11 /bin/prog")
        .line("# vmarea m 100 7ffff7ffd000-7ffff7fff000 rw-p 00033000 fe:00 12 /lib/ld.so")
        .line("# vmarea end 100");
  }

  /** A log without a line. */
  public static Logs plain() {
    return new Logs();
  }

  /** Adds a line. */
  public Logs line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /** Adds a call of process 100 that returns 0. */
  public Logs call(String call) {
    return line("100 " + call + " = 0");
  }

  /** Adds an anonymous private mapping at a page of {@link #BASE}. */
  public Logs map(long page, long pages, String protection) {
    return map(page, pages, protection, "");
  }

  /** The same with flags more, each with a bar before it. */
  public Logs map(long page, long pages, String protection, String flags) {
    String address = at(page);
    return line(
        "100 mmap("
            + address
            + ", "
            + (pages << 12)
            + ", "
            + protection
            + ", MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED"
            + flags
            + ", -1, 0) = "
            + address);
  }

  /** Adds a change of protection. */
  public Logs protect(long page, long pages, String protection) {
    return call("mprotect(" + at(page) + ", " + (pages << 12) + ", " + protection + ")");
  }

  /** Adds a fault that was a write. */
  public Logs write(long page) {
    return line("# vmarea fault 100 " + at(page) + " w");
  }

  /** The address of a page of {@link #BASE}, as text. */
  public static String at(long page) {
    return "0x" + Long.toHexString(BASE + (page << 12));
  }

  /** Number of lines so far. */
  public int lines() {
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  /** Writes it into a file. */
  public Path in(Path folder) {
    try {
      Path file = Files.createTempFile(folder, "log", ".strace");
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The history of it. */
  public History read(Path folder, HistoryRequest request) {
    try {
      return Histories.read(in(folder), request, problem -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
