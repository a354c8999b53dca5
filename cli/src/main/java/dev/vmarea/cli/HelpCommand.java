// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea help [VERB]}. */
@Command(name = "help", description = "Explains a verb, or lists all of them.")
final class HelpCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "VERB", arity = "0..1", description = "The verb to explain.")
  private @Nullable String verb;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  HelpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String name = verb;
    if (name == null) {
      Overview.print(console.out(), console.outColour());
      return ExitCode.OK;
    }
    Verb found =
        Verbs.find(name)
            .orElseThrow(() ->
                CliException.usage(
                    "no help for '" + Console.printable(name) + "'; all verbs: vmarea help"));
    Dispatcher.commandLine(found, console, false).usage(console.out());
    console.out().println();
    console.out().println("Example: vmarea " + found.example());
    return ExitCode.OK;
  }
}
