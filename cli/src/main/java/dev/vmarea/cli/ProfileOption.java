// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of every verb that plays by some kernel's rules; a picocli mixin. */
final class ProfileOption {
  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Rules of another kernel than the recorded one, such as LINUX_6_18. Without it: the"
              + " recorded kernel's, or the nearest known ones; for a script with devices SETTLED.")
  private @Nullable String profile;

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
}
