// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.ReplaySettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every verb that replays; a picocli mixin. */
final class ReplayOptions {
  private static final int SHOWN = 20;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Rules of another kernel than the recorded one, such as LINUX_6_18. Without it: the"
              + " recorded kernel's, or the nearest known ones.")
  private @Nullable String profile;

  @Option(
      names = "--max-divergences",
      paramLabel = "N",
      description = "Divergences shown at most (default: 20, with --json 100); all are counted.")
  private @Nullable Integer maxDivergences;

  /** The profile asked for, or null. */
  @Nullable Profile profile() {
    String name = profile;
    if (name == null) {
      return null;
    }
    try {
      return Profile.named(name);
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--profile: " + e.getMessage());
    }
  }

  /** Divergences to keep at most. */
  int maxDivergences() {
    return maxDivergences(ReplaySettings.DEFAULT_MAX_DIVERGENCES);
  }

  /** Divergences to show people at most. */
  int shownDivergences() {
    return maxDivergences(SHOWN);
  }

  private int maxDivergences(int otherwise) {
    Integer asked = maxDivergences;
    if (asked != null && asked < 0) {
      throw CliException.usage("--max-divergences " + asked + ": not less than 0, please");
    }
    return asked == null ? otherwise : asked;
  }
}
