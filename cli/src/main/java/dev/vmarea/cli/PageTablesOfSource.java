// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.json.JsonWriter;
import dev.vmarea.trace.pagetable.PageTableImage;
import dev.vmarea.trace.pagetable.PageTableText;
import dev.vmarea.trace.replay.Recording;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code vmarea maps --page-tables}: replays a script or a recording and shows how it ends. */
final class PageTablesOfSource {
  private static final Pattern MAPS =
      Pattern.compile("[0-9a-f]{1,16}-[0-9a-f]{1,16} [-r][-w][-x][-ps] .*", Pattern.DOTALL);
  private static final int HEAD = 64;

  private final Console console;
  private final List<DeviceDeclaration> devices;
  private final MountOptions mounts;
  private final @Nullable Profile profile;

  PageTablesOfSource(
      Console console,
      List<DeviceDeclaration> devices,
      MountOptions mounts,
      @Nullable Profile profile) {
    this.console = console;
    this.devices = devices;
    this.mounts = mounts;
    this.profile = profile;
  }

  /** Prints them; returns the status to end with. */
  int print(String source, boolean json) throws IOException {
    Replayer replayer = new Replayer(console, profile, 0);
    replayer.useDevices(devices);
    replayer.useMounts(mounts);
    replayer.showPageTables();
    Path path = Path.of(source);
    Replayed replayed = isRecording(source) ? replayer.recording(path) : replayer.log(path);
    Warnings.print(replayed, console);
    PageTableImage image = replayed.report().pageTables();
    if (image == null) {
      throw CliException.usage(
          source
              + ": the page tables are not known: the log tells no map of its process\n"
              + "vmarea replay shows what is known of it; a script declares devices, or see --from");
    }
    if (json) {
      JsonWriter out = new JsonWriter().beginObject().member("schema", 1).member("source", source);
      out.member("profile", replayed.report().profile()).member("vmas", replayed.report().vmas());
      PageTablesJson.write(out, image);
      console.out().println(out.endObject().text());
    } else {
      new MapPrinter(console).print(PageTableText.of(image));
      console.out().flush();
      summary(replayed, image);
    }
    if (replayed.report().divergenceCount() > 0) {
      console.warning(
          source
              + ": "
              + Counted.of(replayed.report().divergenceCount(), "call")
              + " with another result than written there; vmarea replay shows more");
    }
    return replayed.exitCode();
  }

  private static boolean isRecording(String source) throws IOException {
    if (source.matches("[0-9]+") || source.startsWith("/proc/")) {
      throw notKnown(source, "/proc does not tell those of a process");
    }
    if (source.equals("-")) {
      throw CliException.usage("--page-tables: needs the name of a script or recording, not -");
    }
    Path path = Path.of(source);
    if (Files.isDirectory(path)) {
      if (!Recording.isRecording(path)) {
        throw notKnown(source, "no recording");
      }
      return true;
    }
    try (InputStream in = Files.newInputStream(path)) {
      String head = new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
      if (MAPS.matcher(head).matches()) {
        throw notKnown(source, "a maps file does not tell them");
      }
    }
    return false;
  }

  private static CliException notKnown(String source, String why) {
    return CliException.usage(
        source
            + ": the page tables are not known: "
            + why
            + "\nThose of a script or a recording are: vmarea maps --page-tables SCRIPT");
  }

  private void summary(Replayed replayed, PageTableImage image) {
    ReportPage page =
        new ReportPage(
            console.err(), console.errColour(), Terminal.errorColumns(), console.unicode());
    page.heading(Console.printable(replayed.source()));
    page.row("rules", replayed.report().profile());
    page.row("VMAs", Counted.number(replayed.report().vmas()));
    page.row("tables", PageTablesRow.of(image));
    replayed.report().notes().forEach(note -> page.row("note", Console.printable(note)));
  }
}
