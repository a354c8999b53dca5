// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.Pages;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which frames devices answer for: ranges that do not overlap, in order. Immutable. */
final class DeviceRegions {
  static final DeviceRegions NONE = new DeviceRegions(List.of());

  private record Region(PfnRange range, DeviceMemory device) {}

  private final Region[] regions;

  private DeviceRegions(List<Region> regions) {
    this.regions = regions.toArray(new Region[0]);
  }

  /** The same and one more; refuses one that overlaps another. */
  DeviceRegions with(PfnRange range, DeviceMemory device) {
    List<Region> more = new ArrayList<>(List.of(regions));
    for (Region other : more) {
      if (range.start() < other.range.end() && other.range.start() < range.end()) {
        throw new IllegalArgumentException(range + " overlaps the device at " + other.range);
      }
    }
    more.add(new Region(range, device));
    more.sort(Comparator.comparingLong(region -> region.range.start()));
    return new DeviceRegions(more);
  }

  /** The same but one; refuses a range that is none of them. */
  DeviceRegions without(PfnRange range) {
    List<Region> less = new ArrayList<>(List.of(regions));
    if (!less.removeIf(region -> region.range.equals(range))) {
      throw new IllegalArgumentException("no device was attached at " + range);
    }
    return new DeviceRegions(less);
  }

  /** Who answers for the frame, or null. */
  @Nullable DeviceFrame at(long pfn) {
    int low = 0;
    int high = regions.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (regions[middle].range.end() <= pfn) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == regions.length || pfn < regions[low].range.start()) {
      return null;
    }
    Region region = regions[low];
    return new DeviceFrame(region.device, Pages.bytes(pfn - region.range.start()));
  }
}
