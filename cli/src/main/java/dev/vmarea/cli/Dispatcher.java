// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Finds the verb, parses its arguments, runs it, and maps the outcome to an exit code. */
final class Dispatcher {
  private final Console console;
  private final boolean debug;

  Dispatcher(Console console, boolean debug) {
    this.console = console;
    this.debug = debug;
  }

  /** Runs the command line (without the program's name) and returns the exit code. */
  int run(String... args) {
    try {
      return dispatch(args);
    } catch (Throwable failure) {
      return Failures.report(failure, console, debug);
    }
  }

  private int dispatch(String[] args) throws IOException {
    if (args.length == 0) {
      Overview.print(console.err(), console.errColour());
      return ExitCode.USAGE;
    }
    return switch (args[0]) {
      case "-h", "--help" -> {
        Overview.print(console.out(), console.outColour());
        yield ExitCode.OK;
      }
      case "-V", "--version" -> verb("version", args);
      case "version" -> version(args);
      default -> verb(args[0], args);
    };
  }

  /** Scripts ask for the version often, and picocli would double the time of the plain call. */
  private int version(String[] args) throws IOException {
    boolean json = args.length == 2 && args[1].equals("--json");
    if (args.length > 1 && !json) {
      return verb("version", args);
    }
    VersionCommand.print(console, json);
    return ExitCode.OK;
  }

  private int verb(String name, String[] args) {
    Optional<Verb> verb = Verbs.find(name);
    if (verb.isEmpty()) {
      List<String> similar = Verbs.similar(name);
      String kind = name.startsWith("-") ? "option" : "verb";
      console.error(
          "unknown "
              + kind
              + " '"
              + Console.printable(name)
              + "'"
              + (similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?"));
      console.err().println("All verbs: vmarea help");
      return ExitCode.USAGE;
    }
    return commandLine(verb.get(), console, debug)
        .execute(Arrays.copyOfRange(args, 1, args.length));
  }

  /** The picocli command of a verb, with our way of failing. */
  static CommandLine commandLine(Verb verb, Console console, boolean debug) {
    CommandLine commandLine = new CommandLine(verb.command().apply(console));
    commandLine.setCommandName("vmarea " + verb.name());
    // @FILE and what follows the first word are the program's that run starts.
    commandLine.setExpandAtFiles(false);
    commandLine.setStopAtPositional(verb.name().equals("run"));
    commandLine.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    commandLine.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            console.outColour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    commandLine.setParameterExceptionHandler((ParameterException e, String[] rejected) -> {
      console.error(String.valueOf(e.getMessage()));
      console.err().println("How to use it: vmarea help " + verb.name());
      return ExitCode.USAGE;
    });
    commandLine.setExecutionExceptionHandler(
        (Exception e, CommandLine failed, CommandLine.ParseResult parsed) ->
            Failures.report(e, console, debug));
    return commandLine;
  }
}
