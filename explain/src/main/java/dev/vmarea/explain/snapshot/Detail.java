// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

/** How much is known of the areas of a snapshot. */
public enum Detail {
  /** Ranges, permissions, offsets and names: {@code /proc/PID/maps}. */
  MAPS,
  /** Flags and anonymous pages, too: {@code /proc/PID/smaps}. */
  SMAPS,
  /** Which files were opened twice, and what was written apart, too: a model's, after a replay. */
  MODEL
}
