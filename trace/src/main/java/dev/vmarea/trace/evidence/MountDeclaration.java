// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.trace.text.CString;
import java.util.Map;

/**
 * {@code mount path=... user=...}: a user of the series is on the script's machine. {@code mount
 * standard}: all of them are, each at its usual place.
 *
 * @param plan what is mounted where by this line
 */
public record MountDeclaration(MountPlan plan) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "mount";

  /** What stands for all users. */
  public static final String STANDARD = "standard";

  @Override
  public String body() {
    if (plan.equals(MountPlan.standard())) {
      return KIND + " " + STANDARD;
    }
    Map.Entry<String, MountPlan.Entry> only = plan.entries().firstEntry();
    return KIND + " path=" + CString.quote(only.getKey()) + " " + only.getValue();
  }

  /**
   * One user at {@code path}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static MountDeclaration of(String path, Map<String, String> pairs) {
    return new MountDeclaration(MountPlan.EMPTY.with(path, MountPlan.Entry.of(pairs)));
  }
}
