// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;

/**
 * What is looked at: a user with one of its hooks on one kernel. Immutable.
 *
 * @param isStacked whether its files are reached through a stacked file with the old hook: then a
 *     port is below the compatibility layer
 */
public record Subject(UserKind kind, Variant variant, Profile profile, boolean isStacked) {
  /** A user as it is reached usually. */
  public static Subject of(UserKind kind, Variant variant, Profile profile) {
    return new Subject(kind, variant, profile, false);
  }

  /** The same below a stacked file, or not. */
  public Subject stacked(boolean stacked) {
    return new Subject(kind, variant, profile, stacked);
  }

  /** The same on another kernel. */
  public Subject on(Profile other) {
    return new Subject(kind, variant, other, isStacked);
  }

  /** The same with another hook. */
  public Subject with(Variant other) {
    return new Subject(kind, other, profile, isStacked);
  }

  @Override
  public String toString() {
    return kind.id() + " " + variant + " on " + profile + (isStacked ? ", stacked" : "");
  }
}
