// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.util.List;
import java.util.Map;

/**
 * How far a campaign is.
 *
 * @param seconds since it began
 * @param sequences run
 * @param fresh how many of them were random from the first call; the others carry one on
 * @param calls compared
 * @param branches of the model that ran
 * @param allBranches there are in the classes loaded
 * @param outcomes kinds of outcomes seen
 * @param states different layouts seen
 * @param corpus sequences kept
 * @param replaced puppets that died and were replaced
 * @param exclusions how often each was applied
 * @param users how many calls were about whose memory, by the user of mmap it belongs to
 * @param divergences what was found
 * @param firstSeed the first seed used
 * @param nextSeed the first seed not used
 * @param changedSettings settings of the host that changed meanwhile, with both values
 * @param missing what some worker could not have on this host, with the reasons
 */
public record Progress(
    double seconds,
    long sequences,
    long fresh,
    long calls,
    int branches,
    int allBranches,
    int outcomes,
    long states,
    int corpus,
    long replaced,
    Map<String, Long> exclusions,
    Map<String, Long> users,
    List<Divergence> divergences,
    long firstSeed,
    long nextSeed,
    List<String> changedSettings,
    List<String> missing) {

  /** Calls a second. */
  public double callsPerSecond() {
    return seconds <= 0 ? 0 : calls / seconds;
  }
}
