// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

/** How a verdict is known. */
public enum Evidence {
  /** What differs is printed by the kernel, or known to the model. */
  SHOWN("shown"),
  /** The faults or calls that set the two apart are in the history. */
  OBSERVED("observed"),
  /** Both hold anonymous pages, and nothing else sets them apart. */
  SEEN("seen"),
  /** Nothing that can be read sets them apart; else Linux would have merged them. */
  INFERRED("inferred");

  private final String word;

  Evidence(String word) {
    this.word = word;
  }

  /** The word for it. */
  public String word() {
    return word;
  }
}
