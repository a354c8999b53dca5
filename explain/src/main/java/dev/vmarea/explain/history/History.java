// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.base.Profile;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Verdicts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the memory of a process came to have the VMAs that it has at one moment of a log. Immutable;
 * thread-safe.
 */
public final class History {
  private final MemoryOutline memory;
  private final Moment moment;
  private final long line;
  private final Profile profile;
  private final Snapshot snapshot;
  private final Verdicts verdicts;
  private final @Nullable CallSite[] sites;
  private final List<CallGroup> groups;
  private final Growth growth;
  private final List<String> notes;

  History(
      MemoryOutline memory, Moment moment, Profile profile, CapturedMoment at, List<String> notes) {
    this.memory = memory;
    this.moment = moment;
    this.profile = profile;
    line = at.line();
    snapshot = at.snapshot();
    verdicts = at.verdicts();
    sites = at.sites();
    groups = at.groups();
    growth = at.growth();
    this.notes = List.copyOf(notes);
  }

  /** Whose memory it is, and what became of it. */
  public MemoryOutline memory() {
    return memory;
  }

  /** Which moment is explained. */
  public Moment moment() {
    return moment;
  }

  /** The line of the log at that moment, from 1 on. */
  public long line() {
    return line;
  }

  /** By the rules of which kernel. */
  public Profile profile() {
    return profile;
  }

  /** The areas of the model at that moment. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** Why each two neighbours are two. */
  public Verdicts verdicts() {
    return verdicts;
  }

  /**
   * The call that made boundary {@code i} what it is: that made the two areas meet there, or the
   * hole between them. Null if it was there from the beginning, or came with the growth of a stack.
   */
  public @Nullable CallSite site(int i) {
    return sites[i];
  }

  /** The calls that made boundaries, by their shape, those that made most first. */
  public List<CallGroup> groups() {
    return groups;
  }

  /** The number of VMAs up to that moment. */
  public Growth growth() {
    return growth;
  }

  /** What a reader has to know, a sentence each. */
  public List<String> notes() {
    return notes;
  }
}
