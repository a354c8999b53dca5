// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.util.List;

/**
 * Runs sequences on the model and on the kernel. Confined to the platform thread that made it;
 * closing it leaves nothing behind.
 */
public interface Lockstep extends AutoCloseable {
  /** Bits of {@link Outcome#features} from here on are kinds of outcomes, below are branches. */
  int FIRST_OUTCOME = 1 << 17;

  /** One more than the largest number of a feature. */
  int FEATURES = FIRST_OUTCOME << 1;

  /**
   * Runs one sequence up to its end or the first difference.
   *
   * @throws IOException if the puppet died, or none can be made
   */
  Outcome run(Order order) throws IOException;

  /**
   * Makes a sequence that differs short: no single call can be left out of the result.
   *
   * @throws IOException if none can be made
   */
  Order shrink(Order differing) throws IOException;

  /** Runs one sequence and tells it. */
  Finding tell(Order order) throws IOException;

  /** What this host does not have or permit, so that no sequence has it either; with reasons. */
  List<String> missing();

  @Override
  void close();
}
