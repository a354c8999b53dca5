// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

/** The moment of a history that is explained. */
public enum Moment {
  /** Right before the memory goes: the process ends, executes another program, or the log ends. */
  END,
  /** When the memory had most VMAs, for the first time. */
  PEAK
}
