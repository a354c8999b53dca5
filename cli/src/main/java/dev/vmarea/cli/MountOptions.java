// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.UserCatalog;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The users of the series that a script may open, and their variants; a picocli mixin. */
final class MountOptions {
  private static final int MAX_BYTES = 1 << 20;

  @Option(
      names = "--mount",
      paramLabel = "MOUNT",
      description =
          "A user of the series that the script may open, as PATH:user=NAME,KEY=VALUE, or"
              + " \"standard\" for all of them; may be repeated. vmarea users tells which there are.")
  private List<String> mounts = new ArrayList<>();

  @Option(
      names = "--mounts",
      paramLabel = "FILE",
      description = "A mount table from a properties file, a line a key: PATH.KEY = VALUE")
  private @Nullable Path file;

  @Option(
      names = "--variant",
      paramLabel = "USER=VARIANT",
      description =
          "Which hook a user has wherever it is mounted, such as iommufd=base; may be repeated.")
  private Map<String, String> variants = new LinkedHashMap<>();

  /**
   * What is to be mounted; an option wins over the file.
   *
   * @throws IOException if the file cannot be read
   */
  MountPlan plan() throws IOException {
    Path properties = file;
    MountPlan plan = properties == null ? MountPlan.EMPTY : read(properties);
    for (String mount : mounts) {
      try {
        plan = plan.with(mount.equals("standard") ? MountPlan.standard() : one(mount));
      } catch (IllegalArgumentException e) {
        throw CliException.usage("--mount " + mount + ": " + e.getMessage());
      }
    }
    return plan;
  }

  /** The variants chosen, by the kinds' ids; all of them exist. */
  Map<String, String> variants() {
    variants.forEach((user, variant) -> {
      try {
        UserKind kind = UserCatalog.named(user);
        kind.variant(variant);
      } catch (IllegalArgumentException e) {
        throw CliException.usage("--variant " + user + "=" + variant + ": " + e.getMessage());
      }
    });
    return variants;
  }

  /** Whether anything is given. */
  boolean isEmpty() {
    return mounts.isEmpty() && file == null && variants.isEmpty();
  }

  // Paths such as "memfd:" have a colon of their own.
  private static MountPlan one(String mount) {
    int colon = mount.indexOf(":user=");
    if (colon <= 0) {
      throw new IllegalArgumentException(
          "PATH:user=NAME expected, such as /dev/iommu:user=iommufd,variant=base");
    }
    LinkedHashMap<String, String> pairs = new LinkedHashMap<>();
    for (String pair : mount.substring(colon + 1).split(",", -1)) {
      int eq = pair.indexOf('=');
      if (eq < 0 && !pairs.isEmpty()) {
        // A comma inside a value.
        Map.Entry<String, String> last = pairs.lastEntry();
        pairs.put(last.getKey(), last.getValue() + "," + pair);
      } else {
        pairs.put(pair.substring(0, Math.max(0, eq)), pair.substring(eq + 1));
      }
    }
    return MountPlan.EMPTY.with(mount.substring(0, colon), MountPlan.Entry.of(pairs));
  }

  private static MountPlan read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw CliException.usage(file + ": larger than " + Counted.bytes(MAX_BYTES));
    }
    try {
      Properties properties = new Properties();
      properties.load(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)));
      Map<String, String> values = new TreeMap<>();
      for (String name : properties.stringPropertyNames()) {
        values.put(name, properties.getProperty(name));
      }
      MountPlan plan = MountPlan.ofProperties(values);
      if (plan.entries().isEmpty()) {
        throw CliException.usage(
            file + ": nothing is mounted in it (lines such as /dev/iommu.user = iommufd do)");
      }
      return plan;
    } catch (IllegalArgumentException e) {
      throw CliException.usage(file + ": " + e.getMessage());
    }
  }
}
