// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import picocli.CommandLine.Option;

/** The options that every verb has; a picocli mixin. */
final class CommonOptions {
  @Option(
      names = "--json",
      description = "One JSON object with \"schema\":1 as the last line of standard output.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /** Whether the report is to be JSON. */
  boolean json() {
    return json;
  }
}
