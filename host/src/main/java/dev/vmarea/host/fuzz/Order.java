// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.util.List;

/**
 * One sequence of calls to run: given ones, then random ones.
 *
 * @param seed what the random ones follow from
 * @param privileged whether the process keeps the capabilities it has
 * @param crowded whether it starts a few areas below vm.max_map_count
 * @param given the first calls, as {@code dev.vmarea.testkit.Call} writes them
 * @param random how many random calls follow
 */
public record Order(
    long seed, boolean privileged, boolean crowded, List<String> given, int random) {
  /** Keeps its own copy of the list. */
  public Order {
    given = List.copyOf(given);
  }

  /** The same start with these calls and no random ones. */
  public Order exactly(final List<String> calls) {
    return new Order(seed, privileged, crowded, calls, 0);
  }
}
