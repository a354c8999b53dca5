// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.fuzz.SelfTest;
import dev.vmarea.trace.json.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Shows which faults in the model a campaign finds, and how fast. */
final class FuzzSelfTest {
  private final Console console;
  private final boolean asJson;

  FuzzSelfTest(Console console, boolean asJson) {
    this.console = console;
    this.asJson = asJson;
  }

  /** Exit status 1 if a fault was not found. */
  int run(long seconds, long firstSeed, Pattern which) throws IOException, InterruptedException {
    List<SelfTest.Result> results =
        new SelfTest(seconds, firstSeed, () -> false).run(which, this::show);
    long found = results.stream().filter(r -> r.difference() != null).count();
    if (asJson) {
      console.out().println(json(results));
    } else {
      console.out().println(found + " of " + results.size() + " faults found");
    }
    return found == results.size() ? ExitCode.OK : ExitCode.FINDING;
  }

  private void show(SelfTest.Result result) {
    String difference = result.difference();
    console
        .err()
        .println(
            Console.printable(
                String.format(
                    Locale.ROOT,
                    "%-32s %-50s %7.2f s %8d calls  %s",
                    result.place(),
                    result.rule(),
                    result.seconds(),
                    result.calls(),
                    difference == null ? "NOT FOUND" : difference)));
  }

  private static String json(List<SelfTest.Result> results) {
    JsonWriter json = new JsonWriter();
    json.beginObject().member("schema", 1).key("faults").beginArray();
    for (SelfTest.Result result : results) {
      json.beginObject()
          .member("place", result.place())
          .member("rule", result.rule())
          .member("milliseconds", (long) (result.seconds() * 1e3))
          .member("calls", result.calls())
          .member("difference", result.difference())
          .endObject();
    }
    return json.endArray().endObject().text();
  }
}
