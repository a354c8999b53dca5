// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.cli.Console.Style;
import dev.vmarea.explain.fleet.Fleet;
import dev.vmarea.explain.fleet.FleetRow;
import dev.vmarea.explain.fleet.FleetSummary;
import dev.vmarea.explain.fleet.FleetText;
import dev.vmarea.trace.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code explain --fleet}: many snapshots, a row each, a summary. */
final class ExplainFleet {
  private static final int WORST = 10;
  private static final int CAUSES = 8;

  private final Console console;
  private final @Nullable Profile profile;

  ExplainFleet(Console console, @Nullable Profile profile) {
    this.console = console;
    this.profile = profile;
  }

  /**
   * Explains all snapshots.
   *
   * @param places files and folders
   * @param csv where comma-separated rows go, or null
   * @param lines where rows as JSON go, or null
   * @param asJson whether the summary is to be JSON
   */
  int run(List<String> places, @Nullable Path csv, @Nullable Path lines, boolean asJson)
      throws IOException {
    List<Path> files = Fleet.files(places.stream().map(Path::of).toList());
    if (files.isEmpty()) {
      throw CliException.usage("--fleet: no file in " + String.join(", ", places));
    }
    FleetSummary summary = new FleetSummary(WORST);
    List<FleetRow> unreadable = new ArrayList<>();
    try (PrintStream table = open(csv);
        PrintStream objects = open(lines)) {
      if (csv != null) {
        table.print(FleetText.CSV_HEAD + "\r\n");
      }
      int[] done = {0};
      Fleet.run(
          files,
          profile,
          () -> false,
          row -> {
            summary.add(row);
            if (!row.isReadable() && unreadable.size() < WORST) {
              unreadable.add(row);
            }
            if (csv != null) {
              table.print(FleetText.csv(row) + "\r\n");
            }
            if (lines != null) {
              objects.println(FleetText.json(row));
            }
            progress(++done[0], files.size());
          });
      if (table.checkError() || objects.checkError()) {
        throw new IOException("the rows could not be written (is the disk full?)");
      }
    }
    clear();
    if (asJson) {
      console.out().println(json(summary));
    } else {
      print(summary, unreadable);
    }
    return summary.readable() == 0 ? ExitCode.USAGE : ExitCode.OK;
  }

  private static PrintStream open(@Nullable Path file) throws IOException {
    return file == null
        ? new PrintStream(java.io.OutputStream.nullOutputStream())
        : new PrintStream(Files.newOutputStream(file), false, StandardCharsets.ISO_8859_1);
  }

  private void progress(int done, int all) {
    if (console.errTerminal() && done % 16 == 0) {
      console.err().print("\rexplaining " + done + " of " + all + "\033[K");
      console.err().flush();
    }
  }

  private void clear() {
    if (console.errTerminal()) {
      console.err().print("\r\033[K");
      console.err().flush();
    }
  }

  private void print(FleetSummary summary, List<FleetRow> unreadable) {
    ReportPage page =
        new ReportPage(
            console.out(), console.outColour(), Terminal.outputColumns(), console.unicode());
    page.heading(
        Counted.of(summary.readable(), "snapshot")
            + (summary.unreadable() == 0 ? "" : ", " + summary.unreadable() + " unreadable"));
    page.row("VMAs", Counted.number(summary.vmas()));
    page.row("removable", "about " + Counted.number(summary.saves()) + " (an estimate)");
    page.gap();
    page.heading("Nearest to the limit");
    for (FleetRow row : summary.worst()) {
      page.line(
          String.format(
              java.util.Locale.ROOT,
              "%7s %9s  %s",
              ExplainTotals.percent(row.share()),
              Counted.number(row.vmas()),
              Console.printable(row.source())));
      page.line("    " + causes(row));
    }
    page.gap();
    page.heading("Boundaries by cause (the first three of each snapshot)");
    summary.causes().stream()
        .limit(CAUSES)
        .forEach(cause ->
            page.line(
                String.format(
                    java.util.Locale.ROOT,
                    "%12s  %s",
                    Counted.number(cause.boundaries()),
                    cause.id())));
    for (FleetRow row : unreadable) {
      page.line(page.styled(Style.YELLOW, "unreadable: " + Console.printable(row.error())));
    }
  }

  private static String causes(FleetRow row) {
    List<String> words = new ArrayList<>();
    row.causes().forEach(one -> words.add(Counted.number(one.boundaries()) + " " + one.id()));
    return String.join(", ", words);
  }

  private static String json(FleetSummary summary) {
    JsonWriter json =
        new JsonWriter()
            .beginObject()
            .member("schema", 1)
            .member("snapshots", summary.readable())
            .member("unreadable", summary.unreadable())
            .member("vmas", summary.vmas())
            .member("saves", summary.saves());
    json.key("worst").beginArray();
    for (FleetRow row : summary.worst()) {
      json.beginObject()
          .member("source", row.source())
          .member("vmas", row.vmas())
          .member("limit", row.limit())
          .endObject();
    }
    json.endArray().key("causes").beginArray();
    for (FleetRow.Share cause : summary.causes()) {
      json.beginObject()
          .member("id", cause.id())
          .member("boundaries", cause.boundaries())
          .endObject();
    }
    return json.endArray().endObject().text();
  }
}
