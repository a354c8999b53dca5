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

  @Option(
      names = "--touch",
      description =
          "Make the recorded page faults in the model, too, and compare the pages of each area"
              + " (Rss, Anonymous and VmFlags of smaps) with the kernel's. run records every fault"
              + " with it; replay needs a recording made so.")
  private boolean touch;

  /** Whether page faults are to be made. */
  boolean touch() {
    return touch;
  }

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
