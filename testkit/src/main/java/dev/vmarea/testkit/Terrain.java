// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/** What a {@link CallGenerator} has to know of the place that its calls are about. */
public interface Terrain {
  /** The VMAs now, in order of address. */
  Iterable<Vma> vmas();

  /** First byte of the window that most calls are about, page aligned. */
  long base();

  /** Pages in the window. */
  int windowPages();

  /** Where the heap starts, in bytes. */
  long heap();

  /** Number of open files; numbers from there on are closed descriptors. */
  int files();

  /** Number of System V segments. */
  int segments();

  /** The number of the one that calls may remove, or 0 if there is none. */
  default int removableSegment() {
    return 0;
  }

  /** Where calls about huge pages go, or null if this place has none. */
  default @Nullable HugeTerrain huge() {
    return null;
  }

  /** Bytes that no process can have: more than RAM and swap together. */
  long tooMuch();
}
