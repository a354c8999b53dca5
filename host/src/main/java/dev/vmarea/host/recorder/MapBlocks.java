// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.system.ProcessLayout;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the maps of processes: after each exec and at each end into the trace, those of the first
 * process into files of their own too.
 */
final class MapBlocks {
  private final TraceLog log;
  private final Redaction redaction;
  private final RecordingDirectory directory;
  private final TracedFiles files;
  private final ConfigWatch config = new ConfigWatch();
  private final int root;
  private final boolean withPages;
  private boolean started;
  private boolean ended;
  private @Nullable ProcessLayout startLayout;

  MapBlocks(
      final TraceLog log,
      final Redaction redaction,
      final RecordingDirectory directory,
      final TracedFiles files,
      final int root,
      final boolean withPages) {
    this.log = log;
    this.redaction = redaction;
    this.directory = directory;
    this.files = files;
    this.root = root;
    this.withPages = withPages;
  }

  /** Whether the first process has executed its program. */
  boolean started() {
    return started;
  }

  /** Whether the first process's final map was written. */
  boolean ended() {
    return ended;
  }

  /** The first program's layout and limits, or null if it did not start. */
  @Nullable ProcessLayout startLayout() {
    return startLayout;
  }

  /** The process stands behind a successful exec. */
  void executed(final int tgid) throws IOException {
    final MapSnapshot map = MapSnapshot.read(tgid, tgid);
    config.tell(log);
    log.comment("# vmarea exec " + tgid);
    map.write(tgid, log, redaction);
    final ProcessLayout layout = ProcessLayout.read(tgid);
    if (layout != null) {
      log.comment(layout.comment(tgid));
    }
    log.comment("# vmarea end " + tgid);
    if (withPages) {
      PresentPages.tell(tgid, map.maps(), log);
    }
    if (!started && tgid == root) {
      started = true;
      startLayout = layout;
      write("start", map);
    }
  }

  /** The last thread of an address space stands at its exit stop. */
  void ending(final Tracee last) throws IOException {
    final MapSnapshot map;
    try {
      map = MapSnapshot.read(last.tgid, last.tid);
    } catch (final IOException e) {
      return; // SIGKILL ends even this stop: the map is gone
    }
    if (map.maps().isEmpty()) {
      return;
    }
    config.tell(log);
    files.named(map.maps());
    log.comment("# vmarea exit " + last.tgid);
    map.write(last.tgid, log, redaction);
    log.comment("# vmarea end " + last.tgid);
    if (last.tgid == root) {
      ended = true;
      write("final", map);
    }
  }

  private void write(final String name, final MapSnapshot map) throws IOException {
    directory.write(name + ".maps", MapSnapshot.text(map.maps(), redaction));
    directory.write(name + ".smaps", MapSnapshot.text(map.smaps(), redaction));
  }
}
