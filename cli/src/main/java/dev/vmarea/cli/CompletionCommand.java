// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea completion bash|zsh}. */
@Command(
    name = "completion",
    description = {
      "Prints a script that lets a shell complete verbs and options.",
      "For bash: source <(./vmarea completion bash)",
      "For zsh:  source <(./vmarea completion zsh)"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells there is a script for. */
  enum Shell {
    bash,
    zsh
  }

  private final Console console;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.bash;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    CommandLine root = new CommandLine(new Root());
    for (Verb verb : Verbs.all()) {
      root.addSubcommand(verb.name(), verb.command().apply(console));
    }
    if (shell == Shell.zsh) {
      console.out().println("autoload -U +X compinit && compinit");
      console.out().println("autoload -U +X bashcompinit && bashcompinit");
    }
    console.out().print(AutoComplete.bash("vmarea", root).replace(System.lineSeparator(), "\n"));
    return ExitCode.OK;
  }

  /** What the verbs hang on. */
  @Command(name = "vmarea")
  private static final class Root {}
}
