// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a snapshot comes from. Immutable.
 *
 * @param source name for people: a file, {@code process 123}
 * @param detail how much is known of the areas
 * @param kernel release of the kernel, such as 6.18.44, or empty
 * @param command name of the program, bytes as ISO-8859-1, hostile; or empty
 * @param maxMapCount vm.max_map_count, or {@link Snapshot#UNKNOWN}
 * @param notes what could not be read, and why, a sentence each
 */
public record SnapshotOrigin(
    String source,
    Detail detail,
    String kernel,
    String command,
    long maxMapCount,
    List<String> notes) {
  /** The limit of a kernel that nobody has set up. */
  public static final int USUAL_MAX_MAP_COUNT = 65_530;

  /** Keeps its own copy of the list. */
  public SnapshotOrigin {
    notes = List.copyOf(notes);
  }

  /** A source of which only this is known. */
  public static SnapshotOrigin of(String source, Detail detail) {
    return new SnapshotOrigin(source, detail, "", "", Snapshot.UNKNOWN, List.of());
  }

  /** The same with another detail. */
  public SnapshotOrigin with(Detail other) {
    return new SnapshotOrigin(source, other, kernel, command, maxMapCount, notes);
  }

  /** The same of a process of which this is known. */
  public SnapshotOrigin of(String release, String program, long limit) {
    return new SnapshotOrigin(source, detail, release, program, limit, notes);
  }

  /** The same with a note more. */
  public SnapshotOrigin noting(String sentence) {
    List<String> more = new ArrayList<>(notes);
    more.add(sentence);
    return new SnapshotOrigin(source, detail, kernel, command, maxMapCount, more);
  }
}
