// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.OptionalDouble;

/**
 * Something that was measured; medians.
 *
 * @param group the group of figures it belongs to
 * @param what what was measured
 * @param unit of both values
 * @param ours Vmarea's value
 * @param peerName what it is compared with; empty if with nothing
 * @param peer the peer's value in the same run, if it has one
 * @param target what is asked
 */
public record Figure(
    String group,
    String what,
    String unit,
    double ours,
    String peerName,
    OptionalDouble peer,
    Target target)
    implements Row {

  /** Ours divided by the peer's; NaN without a peer. */
  public double ratio() {
    return peer.isPresent() ? ours / peer.getAsDouble() : Double.NaN;
  }

  /** How it stands to the target. */
  public Target.Verdict verdict() {
    return target.judge(this);
  }
}
