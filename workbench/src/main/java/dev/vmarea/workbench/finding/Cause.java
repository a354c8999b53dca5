// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

import dev.vmarea.base.Difference;
import dev.vmarea.drivers.Variant;
import java.util.List;
import java.util.Set;

/**
 * Why something goes wrong, found out by trying what else would do. Immutable.
 *
 * @param kernel differences of the kernel from how it should be, without any of which all is well
 * @param goodVariants the user's other hooks with which all is well on the same kernel; or, if it
 *     cannot have them, on one as it should be
 */
public record Cause(Set<Difference> kernel, List<Variant> goodVariants) {
  /** Nothing found out. */
  public static final Cause UNKNOWN = new Cause(Set.of(), List.of());

  /** Keeps its own copies. */
  public Cause {
    kernel = Set.copyOf(kernel);
    goodVariants = List.copyOf(goodVariants);
  }

  /** Whether the kernel is to blame, and not the hook. */
  public boolean isKernels() {
    return !kernel.isEmpty();
  }
}
