// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.SmapsEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * A map as the kernel printed it, to start a model from.
 *
 * @param areas the areas in order of address, the legacy page left out
 * @param vsyscall whether the map ends with the legacy page
 */
record MapImage(List<Area> areas, boolean vsyscall) {
  /** Flags of an area that only maps shows. */
  static final long UNKNOWN_FLAGS = -1;

  /**
   * One area.
   *
   * @param flags set of VmFlags, or {@link #UNKNOWN_FLAGS}
   * @param written whether it holds anonymous pages
   */
  record Area(MapsEntry map, long flags, boolean written) {}

  MapImage {
    areas = List.copyOf(areas);
  }

  /** From maps: flags are derived from the permissions, nothing is known about pages. */
  static MapImage ofMaps(List<MapsEntry> entries) {
    List<Area> areas = new ArrayList<>(entries.size());
    boolean vsyscall = false;
    for (MapsEntry entry : entries) {
      if (entry.vsyscall()) {
        vsyscall = true;
      } else {
        areas.add(new Area(entry, UNKNOWN_FLAGS, "[stack]".equals(entry.name())));
      }
    }
    return new MapImage(areas, vsyscall);
  }

  /** From smaps, which tells flags and anonymous pages. */
  static MapImage ofSmaps(List<SmapsEntry> entries) {
    List<Area> areas = new ArrayList<>(entries.size());
    boolean vsyscall = false;
    for (SmapsEntry entry : entries) {
      if (entry.map().vsyscall()) {
        vsyscall = true;
        continue;
      }
      List<String> mnemonics = entry.vmFlags();
      long flags = mnemonics == null ? UNKNOWN_FLAGS : flags(mnemonics);
      boolean written = entry.field("Anonymous").orElse(0) > 0;
      areas.add(new Area(entry.map(), flags, written));
    }
    return new MapImage(areas, vsyscall);
  }

  static long flags(List<String> mnemonics) {
    long flags = 0;
    for (String mnemonic : mnemonics) {
      flags |= VmFlags.ofMnemonic(mnemonic);
    }
    return flags;
  }
}
