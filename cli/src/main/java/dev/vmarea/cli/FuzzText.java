// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.fuzz.Divergence;
import dev.vmarea.host.fuzz.Progress;
import java.nio.file.Path;
import java.util.Locale;

/** A campaign's end as people read it. */
final class FuzzText {
  private final Console console;

  FuzzText(Console console) {
    this.console = console;
  }

  void print(Progress progress, Path[] scripts) {
    for (int i = 0; i < scripts.length; i++) {
      difference(progress.divergences().get(i), scripts[i]);
    }
    boolean none = scripts.length == 0;
    line(
        console.styled(
            none ? Console.Style.GREEN : Console.Style.RED,
            none ? "Nothing differed" : Counted.of(scripts.length, "difference", "differences")));
    line(
        String.format(
            Locale.ROOT,
            "  %s in %s, %.1f s, %,.0f calls/s",
            Counted.of(progress.calls(), "call", "calls"),
            Counted.of(progress.sequences(), "sequence", "sequences"),
            progress.seconds(),
            progress.callsPerSecond()));
    line(
        String.format(
            Locale.ROOT,
            "  seeds %d to %d; %,d sequences carried others on",
            progress.firstSeed(),
            progress.nextSeed() - 1,
            progress.sequences() - progress.fresh()));
    line(
        String.format(
            Locale.ROOT,
            "  covered: %,d of %,d branches, %,d kinds of outcomes, %,d layouts",
            progress.branches(),
            progress.allBranches(),
            progress.outcomes(),
            progress.states()));
    StringBuilder users = new StringBuilder("  calls by user:");
    progress
        .users()
        .forEach((name, count) -> users.append(' ').append(name).append(' ').append(count));
    line(users.toString());
    if (!progress.exclusions().isEmpty()) {
      StringBuilder text = new StringBuilder("  excluded (docs/fidelity.md):");
      progress
          .exclusions()
          .forEach((name, count) -> text.append(' ').append(name).append(' ').append(count));
      line(text.toString());
    }
    if (progress.replaced() > 0) {
      line("  " + Counted.of(progress.replaced(), "process", "processes") + " died and replaced");
    }
    for (String missing : progress.missing()) {
      line("  not tried: " + missing);
    }
    for (String changed : progress.changedSettings()) {
      console.warning("a setting changed meanwhile, so the comparison says little: " + changed);
    }
  }

  private void difference(Divergence divergence, Path script) {
    line(
        console.styled(Console.Style.BOLD, "Model and kernel differ")
            + ", seed "
            + divergence.order().seed()
            + (divergence.order().privileged() ? "" : ", without capabilities"));
    divergence.order().given().forEach(call -> line("  " + call));
    divergence.finding().difference().lines().forEach(text -> line("    " + text));
    line("  vmarea replay " + ShellWords.word(script.toString()));
    line("");
  }

  private void line(String text) {
    // what comes from a map is bytes of the system; escape sequences are only ours
    console.out().println(text.contains("\033") ? text : Console.printable(text));
  }
}
