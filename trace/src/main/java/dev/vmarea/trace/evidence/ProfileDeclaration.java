// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.base.Profile;

/**
 * {@code profile NAME}: a script is played by the rules of this kernel.
 *
 * @param profile the kernel
 */
public record ProfileDeclaration(Profile profile) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "profile";

  @Override
  public String body() {
    return KIND + " " + profile.name();
  }
}
