// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.replay.ReplaySettings;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What of a log is to be explained. Immutable; start with {@link #DEFAULT} and change.
 *
 * @param settings what to replay it with; null for what the recording says, or for an unknown
 *     kernel and a program that begins with nothing mapped
 * @param profile the rules of which kernel; null for those of the settings
 * @param pid which process; empty for the one that had most VMAs
 * @param moment which moment of it
 */
public record HistoryRequest(
    @Nullable ReplaySettings settings, @Nullable Profile profile, OptionalInt pid, Moment moment) {
  /** The end of the memory that had most VMAs. */
  public static final HistoryRequest DEFAULT =
      new HistoryRequest(null, null, OptionalInt.empty(), Moment.END);

  /** The same with other settings. */
  public HistoryRequest with(@Nullable ReplaySettings other) {
    return new HistoryRequest(other, profile, pid, moment);
  }

  /** The same by the rules of another kernel. */
  public HistoryRequest with(@Nullable Profile rules) {
    return new HistoryRequest(settings, rules, pid, moment);
  }

  /** The same of a process. */
  public HistoryRequest of(int process) {
    return new HistoryRequest(settings, profile, OptionalInt.of(process), moment);
  }

  /** The same at another moment. */
  public HistoryRequest at(Moment other) {
    return new HistoryRequest(settings, profile, pid, other);
  }
}
