// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.vma.Vma;

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

  /** Bytes that no process can have: more than RAM and swap together. */
  long tooMuch();
}
