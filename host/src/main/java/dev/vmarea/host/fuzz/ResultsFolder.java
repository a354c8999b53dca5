// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import dev.vmarea.trace.json.JsonException;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import dev.vmarea.trace.json.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The results of campaigns in one folder: {@code campaigns.json} with their figures, {@code corpus}
 * with the sequences that covered something new, {@code divergences} with what differed.
 */
public final class ResultsFolder {
  private static final String CAMPAIGNS = "campaigns.json";

  private final Path folder;

  /** The results in {@code folder}, which need not exist yet. */
  public ResultsFolder(final Path folder) {
    this.folder = folder;
  }

  Path corpus() {
    return folder.resolve("corpus");
  }

  Path divergences() {
    return folder.resolve("divergences");
  }

  /**
   * One finished campaign.
   *
   * @param firstSeed its first seed
   * @param nextSeed the first it did not use
   * @param differences it found
   */
  public record Campaign(
      long firstSeed, long nextSeed, long sequences, long calls, double seconds, int differences) {}

  /**
   * The campaigns so far.
   *
   * @throws IOException if the file cannot be read or is not what it should be
   */
  public List<Campaign> campaigns() throws IOException {
    final Path file = folder.resolve(CAMPAIGNS);
    final List<Campaign> campaigns = new ArrayList<>();
    if (!Files.exists(file)) {
      return campaigns;
    }
    try {
      final JsonObject all =
          JsonReader.read(Files.readString(file, StandardCharsets.UTF_8)).asObject("the file");
      for (final JsonValue value : all.array("campaigns")) {
        final JsonObject one = value.asObject("campaigns");
        campaigns.add(
            new Campaign(
                one.number("firstSeed", 0),
                one.number("nextSeed", 0),
                one.number("sequences", 0),
                one.number("calls", 0),
                one.number("milliseconds", 0) / 1e3,
                (int) one.number("differences", 0)));
      }
      return campaigns;
    } catch (final JsonException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** The first seed that no campaign used, 1 if there was none. */
  public long nextSeed() throws IOException {
    return campaigns().stream().mapToLong(Campaign::nextSeed).max().orElse(1);
  }

  /** Adds a campaign. */
  void add(final Progress done) throws IOException {
    final List<Campaign> all = campaigns();
    all.add(
        new Campaign(
            done.firstSeed(),
            done.nextSeed(),
            done.sequences(),
            done.calls(),
            done.seconds(),
            done.divergences().size()));
    write(all);
  }

  private void write(final List<Campaign> campaigns) throws IOException {
    final JsonWriter json = new JsonWriter();
    json.beginObject().member("schema", 1).key("campaigns").beginArray();
    for (final Campaign campaign : campaigns) {
      json.beginObject()
          .member("firstSeed", campaign.firstSeed)
          .member("nextSeed", campaign.nextSeed)
          .member("sequences", campaign.sequences)
          .member("calls", campaign.calls)
          .member("milliseconds", (long) (campaign.seconds * 1e3))
          .member("differences", campaign.differences)
          .endObject();
    }
    Files.createDirectories(folder);
    final Path next = folder.resolve(CAMPAIGNS + ".new");
    Files.writeString(next, json.endArray().endObject().text() + "\n", StandardCharsets.UTF_8);
    Files.move(next, folder.resolve(CAMPAIGNS), StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Takes the results of another machine in: its corpus, its divergences and its campaigns.
   *
   * @return number of files that were new
   * @throws IOException if it is no folder of results or cannot be read
   */
  public int merge(final Path other) throws IOException {
    if (!Files.isDirectory(other.resolve("corpus"))) {
      throw new IOException(other + ": no folder of results (no corpus in it)");
    }
    int copied = 0;
    for (final String part : List.of("corpus", "divergences")) {
      copied += copy(other.resolve(part), folder.resolve(part));
    }
    final List<Campaign> all = campaigns();
    for (final Campaign campaign : new ResultsFolder(other).campaigns()) {
      if (!all.contains(campaign)) {
        all.add(campaign);
      }
    }
    write(all);
    return copied;
  }

  private static int copy(final Path from, final Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return 0;
    }
    Files.createDirectories(to);
    int copied = 0;
    try (Stream<Path> files = Files.list(from)) {
      for (final Path file : files.filter(Files::isRegularFile).toList()) {
        final @Nullable Path name = file.getFileName();
        try {
          Files.copy(file, to.resolve(String.valueOf(name)));
          copied++;
        } catch (final FileAlreadyExistsException known) {
          // names follow from contents
        }
      }
    }
    return copied;
  }
}
