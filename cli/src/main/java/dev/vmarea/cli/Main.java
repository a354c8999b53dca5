// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** The process: standard streams, terminal, exit status. What it runs is {@link Dispatcher}. */
public final class Main {
  private Main() {}

  /**
   * Runs the command and ends the process.
   *
   * <p>The launcher says in the system property {@code vmarea.tty} which streams are terminals
   * ({@code out}, {@code err}), because asking the Java run-time costs start-up time.
   */
  public static void main(String[] args) {
    OutputStreamWatch watch = new OutputStreamWatch(new FileOutputStream(FileDescriptor.out));
    PrintStream out =
        new PrintStream(new BufferedOutputStream(watch, 1 << 16), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Console console = console(out, err, System.getProperty("vmarea.tty", ""), System.getenv());
    int status = new Dispatcher(console, debug(System.getenv())).run(args);
    out.flush();
    IOException failure = watch.failure();
    if (failure != null) {
      console.error("cannot write the output: " + failure.getMessage());
      status = ExitCode.USAGE;
    }
    System.exit(status);
  }

  static Console console(PrintStream out, PrintStream err, String tty, Map<String, String> env) {
    boolean colour =
        env.getOrDefault("NO_COLOR", "").isEmpty() && !env.getOrDefault("TERM", "").equals("dumb");
    String locale = "";
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      locale = env.getOrDefault(name, "");
      if (!locale.isEmpty()) {
        break;
      }
    }
    locale = locale.toLowerCase(Locale.ROOT);
    return new Console(
        out,
        err,
        colour && tty.contains("out"),
        colour && tty.contains("err"),
        tty.contains("err"),
        locale.contains("utf-8") || locale.contains("utf8"));
  }

  private static boolean debug(Map<String, String> env) {
    String value = env.getOrDefault("VMAREA_DEBUG", "");
    return !value.isEmpty() && !value.equals("0");
  }
}
