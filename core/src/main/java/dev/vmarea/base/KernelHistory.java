// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known to have changed between kernels, for those without a profile of their own: the
 * replay then uses the nearest profile and says which of its rules that kernel does not share.
 * Sources: mm-semantics 1.1, 3.7, 5.3 and 9; not complete.
 */
final class KernelHistory {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  /** A change that came with a version; the version as major * 1000 + minor. */
  private record Change(int version, String text) {}

  private static final List<Change> CHANGES =
      List.of(
          new Change(6_010, "mseal exists"),
          new Change(6_011, "MAP_DROPPABLE exists"),
          new Change(6_013, "MADV_GUARD_INSTALL and MADV_GUARD_REMOVE exist"),
          new Change(
              6_016,
              "memory that was written and memory that was not merge in both directions (2025)"),
          new Change(6_017, "a fixed mremap of unchanged length may move several areas"),
          new Change(
              6_017, "KSM's mark is applied before the merge decision for files with the new hook"),
          new Change(
              6_018,
              "MADV_GUARD_INSTALL marks the area with a flag that merging keeps (late 6.18 stable)"),
          new Change(6_019, "hooks ask for actions, and success and error hooks follow them"),
          new Change(7_000, "a file that a hook put in is put when the mapping fails"),
          new Change(7_001, "mremap tests the map count at other places"),
          new Change(7_001, "unsupported MAP_DROPPABLE is EOPNOTSUPP instead of 524"),
          new Change(7_001, "actions are checked when they are prepared; vm_ops.mapped exists"),
          new Change(7_002, "a failing mapping hook gives its commit charge back"));

  private KernelHistory() {}

  /** The version of a release as major * 1000 + minor, or -1 if it cannot be read. */
  static int version(String release) {
    Matcher parts = RELEASE.matcher(release);
    if (!parts.matches() || parts.group(1).length() > 4 || parts.group(2).length() > 4) {
      return -1;
    }
    return Integer.parseInt(parts.group(1)) * 1000 + Integer.parseInt(parts.group(2));
  }

  /**
   * The known differences between the kernel with this release string and the profile's version.
   *
   * @param release as {@code uname -r} prints it
   * @param profileVersion major * 1000 + minor
   * @return a phrase each, oldest change first; empty for a release that cannot be read
   */
  static List<String> differences(String release, int profileVersion) {
    int version = version(release);
    if (version < 0) {
      return List.of();
    }
    List<String> differences = new ArrayList<>();
    for (Change change : CHANGES) {
      boolean inProfile = change.version <= profileVersion;
      boolean inKernel = change.version <= version;
      if (inProfile != inKernel) {
        String since = change.version / 1000 + "." + change.version % 1000;
        differences.add((inKernel ? "from " : "only from ") + since + " on: " + change.text);
      }
    }
    return differences;
  }
}
