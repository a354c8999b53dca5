// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.explain.history.HistoryLog;
import dev.vmarea.trace.replay.RecordingException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change would give, computed by replaying a changed history beside the real one: the same
 * calls at the same addresses, the same writes, but for what is changed. Stateless.
 */
public final class WhatIfs {
  /** Guards by MADV_GUARD_INSTALL instead of PROT_NONE. */
  public static final String GUARD_REGIONS = "guard-regions";

  /** Reservations made accessible in order of address. */
  public static final String IN_ORDER = "in-order";

  /** Private anonymous memory always readable and writable. */
  public static final String ONE_PROTECTION = "one-protection";

  /** Shared mappings of files as pieces of one file. */
  public static final String ONE_FILE = "one-file";

  /** Private anonymous memory instead of memory files. */
  public static final String ANONYMOUS_BUFFERS = "anonymous-buffers";

  /** Followed by a flag as smaps abbreviates it, or by {@code no-} and one. */
  public static final String SAME_FLAGS = "same-flags=";

  /** Followed by a number. */
  public static final String MAX_MAP_COUNT = "max-map-count=";

  /** What there is, for a message. */
  public static final String KNOWN =
      "guard-regions, in-order, one-protection, one-file, anonymous-buffers, same-flags=FLAG or same-flags=no-FLAG with hg, nh,"
          + " dd, dc, mg, wf, sr, rr or nr, max-map-count=N";

  private WhatIfs() {}

  /** Whether {@code name} names a what-if. */
  public static boolean isKnown(String name) {
    return change(name) != null;
  }

  /**
   * Replays a log with a change.
   *
   * @param name one of {@link #KNOWN}
   * @return VMAs of the memory and at the moment that the log was opened for, without and with it
   * @throws IllegalArgumentException if there is no such what-if; its message says what there is
   * @throws RecordingException if it is a script of users of the model, whose drivers have states
   *     that cannot be doubled
   * @throws IOException if the log cannot be read
   */
  public static WhatIf replay(HistoryLog log, String name) throws IOException {
    HistoryChange change = change(name);
    if (change == null) {
      throw new IllegalArgumentException("no what-if: " + name + "; there are " + KNOWN);
    }
    if (log.isScript()) {
      throw new RecordingException(
          "what-if " + name + ": a script with devices or mounts can only be replayed as it is");
    }
    ChangedHistory history = new ChangedHistory(log, name, change, config(log, name));
    log.replay(history);
    WhatIf result = history.result();
    if (result == null) {
      throw new RecordingException("what-if " + name + ": the log changed while it was read");
    }
    return result;
  }

  /** Nothing but what is asked about stands in the way of the changed history. */
  private static KernelConfig config(HistoryLog log, String name) {
    int limit = name.startsWith(MAX_MAP_COUNT) ? number(name) : Integer.MAX_VALUE;
    return log.settings().config().withMaxMapCount(limit).withOvercommit(1, Long.MAX_VALUE);
  }

  private static @Nullable HistoryChange change(String name) {
    if (name.startsWith(SAME_FLAGS)) {
      return SameFlags.of(name.substring(SAME_FLAGS.length()));
    }
    if (name.startsWith(MAX_MAP_COUNT)) {
      int limit = number(name);
      return limit >= 0 ? new MapCountLimit(limit) : null;
    }
    return switch (name) {
      case GUARD_REGIONS -> new GuardRegions();
      case IN_ORDER -> new InOrder();
      case ONE_PROTECTION -> new OneProtection();
      case ONE_FILE -> new OneFile();
      case ANONYMOUS_BUFFERS -> new AnonymousBuffers();
      default -> null;
    };
  }

  private static int number(String name) {
    try {
      return Integer.parseInt(name.substring(MAX_MAP_COUNT.length()));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** The names of those that need no value. */
  public static List<String> names() {
    return List.of(GUARD_REGIONS, IN_ORDER, ONE_PROTECTION, ONE_FILE, ANONYMOUS_BUFFERS);
  }
}
