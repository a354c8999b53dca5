// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.Profile;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What stands at the top of a program: what it is about. */
record Header(Finding finding, List<String> reproducer) {
  private static final String RELEASE = "LINUX_";

  Header {
    reproducer = List.copyOf(reproducer);
  }

  /** The comment. The kernels concerned are those on whose models this run comes to the same. */
  String text(Run run) {
    StringBuilder text = new StringBuilder();
    line(text, finding.title());
    line(text, "");
    line(text, "Rule (" + finding.rule().id() + "): " + finding.rule().statement() + ".");
    line(text, "Seen in a model of " + finding.subject() + ": " + finding.what() + ".");
    line(text, "Releases where this hook does so: " + releases(run));
    line(text, "");
    line(text, "Reproducer:");
    reproducer.forEach(call -> line(text, "  " + call));
    line(text, "");
    line(text, "Compile and run: cc -o t t.c && ./t");
    line(text, "Exit status: 0 the kernel behaves as it should, 1 the defect is there,");
    line(text, "77 it cannot be tried here.");
    return text.toString();
  }

  private static String releases(Run run) {
    Symptom symptom = Symptom.of(run);
    String names =
        Profile.all().stream()
            .filter(profile -> profile.name().startsWith(RELEASE))
            .filter(profile -> run.subject().variant().existsIn(profile))
            .filter(profile -> symptom.equals(on(run.subject().on(profile), run)))
            .map(profile -> profile.name().substring(RELEASE.length()).replace('_', '.'))
            .collect(Collectors.joining(", "));
    return names.isEmpty()
        ? "no release (" + run.subject().profile() + ")"
        : names.toLowerCase(Locale.ROOT) + " (of those that are modelled)";
  }

  private static Symptom on(Subject other, Run run) {
    return Symptom.of(Run.of(other, run.ground(), run.acts()));
  }

  private static void line(StringBuilder text, String line) {
    StringBuilder safe = new StringBuilder("//");
    if (!line.isEmpty()) {
      safe.append(' ');
    }
    // A backslash at the end of a line would make the next one a comment, too.
    line.chars().forEach(c -> safe.append(c >= ' ' && c <= '~' && c != '\\' ? (char) c : '?'));
    text.append(safe).append('\n');
  }
}
