// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/** A line of the report: a figure, or why there is none. */
public sealed interface Row permits Figure, NotRun {
  /** The name of the group it belongs to, as given to {@code bench}. */
  String group();

  /** What is measured. */
  String what();
}
