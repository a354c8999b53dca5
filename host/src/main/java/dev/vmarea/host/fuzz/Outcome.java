// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one sequence showed.
 *
 * @param calls the calls made, in order, the last being the one that differed
 * @param compared how many of them were compared
 * @param difference what differed between model and kernel, a few lines; null if nothing did
 * @param features numbers of what was covered: branches of the model, and kinds of outcomes
 * @param states hashes of the layouts that were compared
 * @param exclusions how often each of the exclusions of docs/fidelity.md applied
 * @param users how many of the calls were about whose memory, by the user of mmap it belongs to
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Outcome(
    List<String> calls,
    int compared,
    @Nullable String difference,
    int[] features,
    long[] states,
    Map<String, Integer> exclusions,
    Map<String, Integer> users) {
  /** The same with what was found after its end. */
  public Outcome differing(final String found) {
    return new Outcome(calls, compared, found, features, states, exclusions, users);
  }
}
