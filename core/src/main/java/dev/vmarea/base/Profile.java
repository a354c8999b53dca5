// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.List;
import java.util.Locale;

/**
 * Which kernel's rules apply, as a list of named differences; each is read at the one place it
 * concerns. Sources: mm-semantics 3.7 and 9.
 *
 * @param name stable name, such as LINUX_6_18
 * @param stickyGuardFlag MADV_GUARD_INSTALL marks the VMA with a flag that merging ignores and
 *     keeps
 * @param multiVmaMove a fixed mremap of unchanged length may move several VMAs
 * @param lateMoveCountCheck mremap tests the map count as from 7.1 on instead of with its old
 *     margin
 * @param droppableUnsupported errno of MAP_DROPPABLE where it is not supported
 */
public record Profile(
    String name,
    boolean stickyGuardFlag,
    boolean multiVmaMove,
    boolean lateMoveCountCheck,
    Errno droppableUnsupported) {

  /** The kernel that judges exactness: late 6.18 stable. */
  public static final Profile LINUX_6_18 =
      new Profile("LINUX_6_18", true, true, false, Errno.ENOTSUPP);

  private static final List<Profile> ALL = List.of(LINUX_6_18);

  /**
   * The profile to use for a kernel.
   *
   * @param profile the nearest profile
   * @param exact whether it was made for that kernel's version
   * @param differences known differences between the kernel and the profile, a phrase each; not
   *     complete
   */
  public record Choice(Profile profile, boolean exact, List<String> differences) {
    /** Keeps its own copy of the list. */
    public Choice {
      differences = List.copyOf(differences);
    }
  }

  /** The profile for a kernel release such as "6.18.44-1-amd64", or the nearest one. */
  public static Choice forRelease(String release) {
    return new Choice(
        LINUX_6_18, release.startsWith("6.18."), KernelHistory.differences(release, 6_018));
  }

  /**
   * The profile with this name, in any case.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Profile named(String name) {
    String wanted = name.toUpperCase(Locale.ROOT);
    for (Profile profile : ALL) {
      if (profile.name.equals(wanted)) {
        return profile;
      }
    }
    throw new IllegalArgumentException(
        "unknown profile " + name + "; known: " + ALL.stream().map(Profile::name).toList());
  }

  /** Flags that merging ignores and carries over to the merged VMA. */
  public long stickyFlags() {
    return stickyGuardFlag ? VmFlags.MAYBE_GUARD : 0;
  }
}
