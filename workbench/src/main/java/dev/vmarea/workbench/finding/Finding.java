// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.finding;

import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that breaks a rule, with the shortest acts that show it. Immutable.
 *
 * @param title a line for an engineer who has not seen it before
 * @param rule what is broken
 * @param what just what was seen
 * @param run the acts and what came of each; of the part before the two operations, if it takes an
 *     interleaving
 * @param step the step of the run at which it shows; the number of steps if it shows at the end
 * @param interleaving the steps of two operations in the order in which they go wrong, one a line;
 *     empty if it takes none
 * @param schedule what repeats that order ({@code --schedule}), or null
 * @param legacy what the old hook does in its place, or empty if there is none
 * @param cause why it is so, as far as that can be found out by trying
 */
public record Finding(
    String title,
    Rule rule,
    Subject subject,
    String what,
    Run run,
    int step,
    List<String> interleaving,
    @Nullable String schedule,
    String legacy,
    Cause cause) {
  /** Keeps its own copy of the list. */
  public Finding {
    interleaving = List.copyOf(interleaving);
  }
}
