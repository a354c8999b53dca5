// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The training run for Java's ahead-of-time cache: uses what short verbs use, so that the classes
 * are in the cache. Prints nothing; the launcher runs it once after a build.
 */
public final class AotTraining {
  /** A program of one page that maps, protects and unmaps. */
  private static final String LOG =
      """
      7 execve("/a", ["a"], 0x7ffe0000f000 /* 1 var */) = 0
      # vmarea exec 7
      # vmarea m 7 00400000-00401000 r-xp 00000000 fe:00 5 %1$s/a
      # vmarea f 7 anon=0 rd ex mr mw me
      # vmarea m 7 7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 %1$s[stack]
      # vmarea f 7 anon=8 rd wr mr mw me gd ac
      # vmarea end 7
      7 brk(NULL) = 0x1000000
      7 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000
      # vmarea fault 7 0x7f0000000000 w
      7 openat(AT_FDCWD, "/a", O_RDONLY|O_CLOEXEC) = 3</a>
      # vmarea fd 7 3 file=1 dev=fe:0 ino=5 fs=ext4 flags=02100000 seals=0 noexec=0 path="/a"
      7 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</a>, 0) = 0x7efffffff000
      7 close(3) = 0
      7 mprotect(0x7f0000000000, 4096, PROT_READ) = 0
      7 munmap(0x7f0000000000, 8192) = 0
      # vmarea exit 7
      # vmarea m 7 00400000-00401000 r-xp 00000000 fe:00 5 %1$s/a
      # vmarea f 7 anon=0 rd ex mr mw me
      # vmarea m 7 7efffffff000-7f0000000000 r--p 00000000 fe:00 5 %1$s/a
      # vmarea f 7 anon=0 rd mr mw me
      # vmarea m 7 7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 %1$s[stack]
      # vmarea f 7 anon=8 rd wr mr mw me gd ac
      # vmarea end 7
      7 +++ exited with 0 +++
      """
          .formatted(" ".repeat(25));

  private AotTraining() {}

  /** Runs the verbs whose start-up matters, with their output thrown away. */
  public static void main(String[] args) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Dispatcher dispatcher =
        new Dispatcher(new Console(nowhere, nowhere, true, true, false, true), false);
    dispatcher.run("version");
    dispatcher.run("version", "--json");
    dispatcher.run("help");
    dispatcher.run("completion", "bash");
    dispatcher.run("unknown-verb");
    dispatcher.run("version", "--unknown-option");
    for (Verb verb : Verbs.all()) {
      dispatcher.run("help", verb.name());
    }
    recordings(dispatcher);
    Main.console(nowhere, nowhere, "out,err", System.getenv());
  }

  /** A small recording replayed, and one made, where programs may be traced. */
  private static void recordings(Dispatcher dispatcher) {
    Path directory;
    try {
      directory = Files.createTempDirectory("vmarea-");
      Files.writeString(directory.resolve("trace.strace"), LOG, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return; // then these verbs start more slowly
    }
    dispatcher.run("replay", directory.toString());
    dispatcher.run("replay", "--json", directory.toString());
    dispatcher.run("run", "--", "true");
    dispatcher.run("maps", Long.toString(ProcessHandle.current().pid()));
    try {
      Files.delete(directory.resolve("trace.strace"));
      Files.delete(directory);
    } catch (IOException e) {
      // the system's own cleaning will find it
    }
  }
}
