// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.ReplaySettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every verb that replays; a picocli mixin. */
final class ReplayOptions {
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
      description = "Divergences shown at most (default: 100); all are counted.")
  private int maxDivergences = ReplaySettings.DEFAULT_MAX_DIVERGENCES;

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

  /** Divergences to show at most. */
  int maxDivergences() {
    if (maxDivergences < 0) {
      throw CliException.usage("--max-divergences " + maxDivergences + ": not less than 0, please");
    }
    return maxDivergences;
  }
}
