// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;

/**
 * How far a check has come.
 *
 * @param subject that is looked at
 * @param part from which side
 * @param done combinations so far, of all subjects
 * @param findings so far, of all subjects
 * @param share what part of the whole is done, 0 to 1: an estimate
 * @param perSecond combinations a second
 */
public record CheckProgress(
    Subject subject, Part part, long done, int findings, double share, double perSecond) {
  /** Seconds left, if it goes on so; below zero if that is not known. */
  public double secondsLeft(double secondsGone) {
    return share <= 0 ? -1 : secondsGone * (1 - share) / share;
  }
}
