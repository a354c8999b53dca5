// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The training run for Java's ahead-of-time cache: uses what short verbs use, so that the classes
 * are in the cache. Prints nothing; the launcher runs it once after a build.
 */
public final class AotTraining {
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
    Main.console(nowhere, nowhere, "out,err", System.getenv());
  }
}
