// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.ReplaySettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every verb that replays; a picocli mixin. */
final class ReplayOptions {
  private static final int SHOWN = 20;

  @Mixin private final ProfileOption profile = new ProfileOption();

  @Option(
      names = "--max-divergences",
      paramLabel = "N",
      description = "Divergences shown at most (default: 20, with --json 100); all are counted.")
  private @Nullable Integer maxDivergences;

  /** The profile asked for, or null. */
  @Nullable Profile profile() {
    return profile.profile();
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
