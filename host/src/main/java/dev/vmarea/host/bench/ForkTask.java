// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.ErrnoException;
import java.util.Map;

/**
 * Milliseconds that a fork of many areas takes, all of whose pages were written, and that the check
 * of all invariants takes.
 */
final class ForkTask implements Task {
  static final String FORK = "fork";
  static final String VERIFY = "verify";
  static final String VERIFY_LAYOUT = "verify, nothing touched";

  /** Areas: as many as the usual vm.max_map_count allows, about. */
  static final int AREAS = 65_000;

  /** Pages of each: so that all are a GiB. */
  static final int PAGES = 4;

  /** From one area to the next: none touch each other. */
  static final long STRIDE = 2 * PAGES * Arena.PAGE;

  private static final int PASSES = 3;

  private final ModelSubject model = new ModelSubject();
  private final ModelSubject untouched = new ModelSubject();

  ForkTask() {
    try (Cpu cpu = model.space().cpu()) {
      for (long i = 0; i < AREAS; i++) {
        long start = Arena.BASE + i * STRIDE;
        model.map(start, start + PAGES * Arena.PAGE, 3);
        untouched.map(start, start + PAGES * Arena.PAGE, 3);
        for (int page = 0; page < PAGES; page++) {
          cpu.storeByte(start + page * Arena.PAGE, (byte) 1);
        }
      }
    }
    System.gc();
  }

  @Override
  public Map<String, Double> round() throws ErrnoException {
    ChunkTimes forks = new ChunkTimes();
    ChunkTimes checks = new ChunkTimes();
    ChunkTimes layoutChecks = new ChunkTimes();
    AddressSpace parent = model.space();
    for (int pass = 0; pass < PASSES; pass++) {
      long begun = System.nanoTime();
      AddressSpace child = parent.fork(parent.task().copy());
      forks.add(begun, 1);
      if (child.mapCount() != AREAS) {
        throw new IllegalStateException("a child with " + child.mapCount() + " areas");
      }
      child.exit();
      begun = System.nanoTime();
      parent.verify();
      checks.add(begun, 1);
      begun = System.nanoTime();
      untouched.space().verify();
      layoutChecks.add(begun, 1);
    }
    return Map.of(
        FORK, forks.median() / 1e6,
        VERIFY, checks.median() / 1e6,
        VERIFY_LAYOUT, layoutChecks.median() / 1e6);
  }
}
