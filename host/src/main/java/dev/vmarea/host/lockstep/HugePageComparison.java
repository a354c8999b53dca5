// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.hugetlb.HugePagePool;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Compares how many huge pages there are, are free, reserved and surplus. */
final class HugePageComparison {
  private final HostHugePages kernel;
  private final HugePagePool model;
  private final long pageSize;

  HugePageComparison(final HostHugePages kernel, final HugePagePool model, final long pageSize) {
    this.kernel = kernel;
    this.model = model;
    this.pageSize = pageSize;
  }

  /** What differs, or null. */
  @Nullable String difference() throws IOException {
    final HugePagePool.Counts actual = kernel.counts();
    final HugePagePool.Counts expected = model.counts(pageSize);
    return actual.equals(expected) ? null : "huge pages\nkernel " + actual + "\nmodel  " + expected;
  }

  /** What is not as before the first call, on either side, when nobody maps anything; or null. */
  @Nullable String leftBehind() throws IOException {
    final HugePagePool.Counts all = kernel.unused();
    final boolean same = kernel.counts().equals(all) && model.counts(pageSize).equals(all);
    return same ? null : "after the end: " + difference() + ", at first " + all;
  }
}
