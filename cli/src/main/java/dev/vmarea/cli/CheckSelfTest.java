// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.workbench.mutants.SelfTest;
import dev.vmarea.workbench.mutants.SelfTest.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Shows which faults in ports a check finds, and how fast. */
final class CheckSelfTest {
  private final Console console;
  private final boolean asJson;

  CheckSelfTest(Console console, boolean asJson) {
    this.console = console;
    this.asJson = asJson;
  }

  /** Exit status 1 if a fault was not found for which nobody has said why. */
  int run(Duration each, Pattern which) throws IOException {
    List<Result> results;
    try {
      results = new SelfTest(each, () -> false).run(which, 1, this::show);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    long found = results.stream().filter(Result::isFound).count();
    long none = results.stream().filter(one -> !one.excuse().isEmpty()).count();
    if (asJson) {
      console.out().println(json(results));
    } else {
      console
          .out()
          .println(
              found
                  + " of "
                  + results.size()
                  + " faults found; "
                  + none
                  + " of the others change nothing that can be seen");
    }
    return found + none == results.size() ? ExitCode.OK : ExitCode.FINDING;
  }

  private void show(Result result) {
    console
        .err()
        .println(
            Console.printable(
                String.format(
                    Locale.ROOT,
                    "%-10s %-40s %-40s %6.2f s  %s",
                    result.user(),
                    result.place(),
                    result.fault(),
                    result.seconds(),
                    outcome(result))));
  }

  private static String outcome(Result result) {
    String finding = result.finding();
    if (finding != null) {
      return finding;
    }
    return result.excuse().isEmpty() ? "NOT FOUND" : "changes nothing: " + result.excuse();
  }

  private static String json(List<Result> results) {
    JsonWriter json = new JsonWriter();
    json.beginObject().member("schema", 1).key("faults").beginArray();
    for (Result result : results) {
      json.beginObject()
          .member("user", result.user())
          .member("place", result.place())
          .member("fault", result.fault())
          .member("milliseconds", (long) (result.seconds() * 1e3))
          .member("finding", result.finding())
          .member("changesNothing", result.excuse())
          .endObject();
    }
    return json.endArray().endObject().text();
  }
}
