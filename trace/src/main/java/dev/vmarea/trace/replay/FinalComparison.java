// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.procmaps.MapsEntry;
import java.util.List;

/** Compares final maps and counts how it went. */
final class FinalComparison {
  private final EvidenceReplay evidence;
  private long compared;
  private long different;
  private boolean stackGrowthMissing;

  FinalComparison(EvidenceReplay evidence) {
    this.evidence = evidence;
  }

  /** Compares the memory of {@code process} now with what the kernel showed. */
  void compare(TracedProcess process, List<MapsEntry> expected) {
    TracedMemory memory = process.memory;
    if (!memory.isKnown()) {
      return;
    }
    FinalMap map = new FinalMap(expected);
    if (!evidence.isRecorded()) {
      evidence.inferredBoundaries(map.inferBoundaries(memory));
    }
    map.identifyFiles(memory);
    MapComparison result = map.compare(memory);
    process.comparison = result;
    compared++;
    if (!result.identical()) {
      different++;
      stackGrowthMissing |= result.lines().stream().anyMatch(FinalMap::onlyStackGrowth);
    }
  }

  long compared() {
    return compared;
  }

  long different() {
    return different;
  }

  /** Whether a difference is how far a stack grew, which only evidence tells. */
  boolean stackGrowthMissing() {
    return stackGrowthMissing;
  }
}
