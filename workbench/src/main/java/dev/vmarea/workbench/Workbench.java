// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Checks subjects. */
public final class Workbench {
  private Workbench() {}

  /**
   * Checks.
   *
   * @param progress told now and then how far it is, from any thread
   * @param stopped asked often whether to end early; what was found so far is in the report then
   */
  public static Report check(
      CheckRequest request, Consumer<? super CheckProgress> progress, BooleanSupplier stopped) {
    return new Report(List.of(), false);
  }
}
