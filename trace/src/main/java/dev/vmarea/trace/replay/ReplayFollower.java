// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.vma.AnonVma;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows a replay while it runs: is told, in the order of the log, of everything that changes the
 * memory of a process, after the model has been brought to what the log says. Nothing is kept for
 * it, so a log of any length can be followed.
 *
 * <p>Called by the thread that replays, one call at a time. A follower looks at the model and
 * changes nothing in it. What it throws ends the replay.
 */
public interface ReplayFollower {
  /** How memory began. */
  enum Beginning {
    /** By an execve whose map is known. */
    EXEC,
    /** By fork, or a clone without CLONE_VM. */
    FORK,
    /** From a given map, at the first memory call of a log without execve. */
    START,
    /** With nothing mapped, as a script does. */
    EMPTY
  }

  /** How a write to memory is known. */
  enum Write {
    /** A fault that was a write. */
    OBSERVED,
    /** Anonymous pages were found there later. */
    SEEN,
    /** A fault of unknown kind, or what a later call needs to be explained. */
    INFERRED
  }

  /**
   * Memory has begun and holds what it begins with.
   *
   * @param parent the memory that it is a copy of, for {@link Beginning#FORK}, else null
   */
  default void began(
      ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {}

  /**
   * A memory call has returned, and the model is as the log says.
   *
   * @param call the call, valid for the time of this call but for what it says
   * @param before calls of other threads that had begun and not returned, and took effect before
   *     this one; each is told again, as {@link TracedCall#isTold}, when it returns
   */
  default void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {}

  /**
   * The recording has told of a fault, of anonymous pages found or of a stack that grew, and the
   * model knows it now, whether that changed anything or not.
   */
  default void noted(ReplayedMemory memory, EvidenceLine evidence, long line) {}

  /** A stack has grown down to {@code start}, as a fault, a signal or a call shows. */
  default void grown(ReplayedMemory memory, long start, long line) {}

  /** Private memory that had none got its identity of anonymous pages, maybe a neighbour's. */
  default void written(ReplayedMemory memory, AnonVma identity, Write how) {}

  /** Nobody uses the memory any more: it is still there, for the time of this call. */
  default void ended(ReplayedMemory memory, long line) {}
}
