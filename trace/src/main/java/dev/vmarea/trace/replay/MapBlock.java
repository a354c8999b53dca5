// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.evidence.MapFlags;
import dev.vmarea.trace.procmaps.MapsEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines between the beginning of a map in a recording and its end. */
final class MapBlock {
  private static final int MAX_LINES = 1 << 20;

  final int pid;
  final boolean exec;
  private final List<MapsEntry> entries = new ArrayList<>();
  private final Map<MapsEntry, MapFlags> shown = new LinkedHashMap<>();
  private final List<MapImage.Area> areas = new ArrayList<>();
  private @Nullable Layout layout;
  private boolean vsyscall;

  MapBlock(int pid, boolean exec) {
    this.pid = pid;
    this.exec = exec;
  }

  void line(MapsEntry entry) {
    if (entries.size() >= MAX_LINES) {
      return;
    }
    entries.add(entry);
    if (entry.vsyscall()) {
      vsyscall = true;
    } else {
      boolean stack = "[stack]".equals(entry.name());
      areas.add(new MapImage.Area(entry, MapImage.UNKNOWN_FLAGS, stack));
    }
  }

  /** What smaps says of the line before. */
  void flags(MapFlags flags) {
    if (areas.isEmpty() || entries.getLast().vsyscall()) {
      return;
    }
    MapsEntry entry = areas.removeLast().map();
    long bits =
        flags.vmFlags().isEmpty() ? MapImage.UNKNOWN_FLAGS : MapImage.flags(flags.vmFlags());
    areas.add(new MapImage.Area(entry, bits, flags.anonymousKilobytes() > 0));
    shown.put(entry, flags);
  }

  /** The lines of maps with what smaps says of them. */
  Map<MapsEntry, MapFlags> shown() {
    return shown;
  }

  void layout(Layout values) {
    layout = values;
  }

  @Nullable Layout layout() {
    return layout;
  }

  List<MapsEntry> entries() {
    return entries;
  }

  MapImage image() {
    return new MapImage(areas, vsyscall);
  }
}
