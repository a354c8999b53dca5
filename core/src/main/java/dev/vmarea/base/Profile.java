// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which kernel's rules apply (decision D9): a name and the set of {@link Difference}s from {@link
 * #SETTLED}. Immutable.
 */
public final class Profile {
  /**
   * What the review of the series and the later fixes settled, the default for hooks and drivers.
   * Where Linux leaves a defect open it is closed here, and both generations of hooks that follow
   * an action exist.
   */
  public static final Profile SETTLED = new Profile("SETTLED", EnumSet.noneOf(Difference.class));

  /** With error_override instead of the success and error hooks. */
  public static final Profile LINUX_7_2 =
      new Profile(
          "LINUX_7_2",
          EnumSet.of(
              Difference.NO_SUCCESS_AND_ERROR_HOOKS,
              Difference.NO_MIXED_MAP,
              Difference.PROTECTION_CAPTURED_BY_HELPER,
              Difference.HOOK_RESULT_UNCHECKED,
              Difference.INHERITED_CHARGE_LOST,
              Difference.REPLACED_FILE_LEAKS_ON_MERGE,
              Difference.FIELDS_STORED_AFTER_LINK,
              Difference.FIELDS_STORED_ON_MERGE,
              Difference.KEPT_SOURCE_FORGETS_CHARGE,
              Difference.REFUSED_MOVE_LOSES_CHARGE,
              Difference.FAILURE_UNMAP_CAN_FAIL,
              Difference.COMPAT_FILE_COUNTED_TWICE,
              Difference.COMPAT_FAILURE_FORGETS_MAPPED));

  /** With {@code mapped}, range checks when an action is prepared, and the later actions. */
  public static final Profile LINUX_7_1 =
      new Profile(
          "LINUX_7_1",
          LINUX_7_2.with(
              Set.of(Difference.NO_SUCCESS_AND_ERROR_HOOKS),
              Difference.NO_ERROR_OVERRIDE,
              Difference.DESCRIPTOR_OPS_START_NULL,
              Difference.PREPARE_FAILURE_LOSES_CHARGE,
              Difference.MERGE_DROPS_ACTION,
              Difference.ERROR_HOOK_CLEARS,
              Difference.COMPAT_STORES_NULL_OPS));

  /** What landed of the series (v5). */
  public static final Profile LINUX_6_19 =
      new Profile(
          "LINUX_6_19",
          LINUX_7_1.with(
              Set.of(Difference.COMPAT_FAILURE_FORGETS_MAPPED),
              Difference.NO_MAPPED,
              Difference.NO_LATER_ACTIONS,
              Difference.EARLY_MOVE_COUNT_CHECK,
              Difference.IO_TRANSLATED_LATE,
              Difference.RANGE_UNCHECKED,
              Difference.COW_PART_ACCEPTED,
              Difference.REPLACED_FILE_LEAKS_ON_FAILURE,
              Difference.SUCCESS_HOOK_FAILURE_KEEPS_VMA,
              Difference.FAILURE_UNMAP_UNDER_RMAP_LOCK,
              Difference.RMAP_UNLOCK_AFTER_FREE,
              Difference.COMPAT_UNMAPS,
              Difference.COMPAT_ADDS_FLAGS,
              Difference.COMPAT_HEEDS_HIDING));

  /** The series as posted (v3, on 6.17), with its defects. */
  public static final Profile V3_AS_POSTED =
      new Profile(
          "V3_AS_POSTED",
          LINUX_6_19.with(
              Set.of(
                  Difference.FAILURE_UNMAP_UNDER_RMAP_LOCK,
                  Difference.RMAP_UNLOCK_AFTER_FREE,
                  Difference.COMPAT_HEEDS_HIDING),
              Difference.NO_HIDING_FROM_RMAP,
              Difference.NO_GUARD_FLAG,
              Difference.IO_FLAG_STICKS,
              Difference.REPLACED_FILE_COUNTED_TWICE,
              Difference.NO_MMU_ACTION_IGNORED));

  /** The kernel that judges exactness: late 6.18 stable. Hooks without actions. */
  public static final Profile LINUX_6_18 =
      new Profile(
          "LINUX_6_18",
          EnumSet.of(
              Difference.NO_ACTIONS,
              Difference.NO_MAPPED,
              Difference.NO_SUCCESS_AND_ERROR_HOOKS,
              Difference.NO_ERROR_OVERRIDE,
              Difference.NO_LATER_ACTIONS,
              Difference.NO_MIXED_MAP,
              Difference.NO_HIDING_FROM_RMAP,
              Difference.EARLY_MOVE_COUNT_CHECK,
              Difference.DESCRIPTOR_OPS_START_NULL,
              Difference.HOOK_RESULT_UNCHECKED,
              Difference.PREPARE_FAILURE_LOSES_CHARGE,
              Difference.INHERITED_CHARGE_LOST,
              Difference.REPLACED_FILE_COUNTED_TWICE,
              Difference.REPLACED_FILE_LEAKS_ON_FAILURE,
              Difference.REPLACED_FILE_LEAKS_ON_MERGE,
              Difference.FIELDS_STORED_AFTER_LINK,
              Difference.FIELDS_STORED_ON_MERGE,
              Difference.KEPT_SOURCE_FORGETS_CHARGE,
              Difference.REFUSED_MOVE_LOSES_CHARGE,
              Difference.COMPAT_ADDS_FLAGS,
              Difference.COMPAT_STORES_NULL_OPS,
              Difference.COMPAT_FILE_COUNTED_TWICE));

  private static final List<Profile> ALL =
      List.of(SETTLED, V3_AS_POSTED, LINUX_6_18, LINUX_6_19, LINUX_7_1, LINUX_7_2);

  private final String name;
  private final long bits;

  private Profile(String name, Set<Difference> differences) {
    this.name = name;
    long set = 0;
    for (Difference difference : differences) {
      set |= difference.bit();
    }
    this.bits = set;
  }

  /** This profile's differences without {@code less} and with {@code more}. */
  private Set<Difference> with(Set<Difference> less, Difference... more) {
    Set<Difference> result = differences();
    result.removeAll(less);
    result.addAll(List.of(more));
    return result;
  }

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

  /** Stable name, such as LINUX_6_18. */
  public String name() {
    return name;
  }

  /** Whether the kernel differs so from {@link #SETTLED}. */
  public boolean has(Difference difference) {
    return (bits & difference.bit()) != 0;
  }

  /** All its differences; a copy. */
  public Set<Difference> differences() {
    Set<Difference> result = EnumSet.noneOf(Difference.class);
    for (Difference difference : Difference.values()) {
      if (has(difference)) {
        result.add(difference);
      }
    }
    return result;
  }

  /**
   * A kernel like this one, but without some of its differences: what it would be like if only they
   * were mended. It is none of {@link #all}.
   */
  public Profile without(Set<Difference> mended) {
    return new Profile(name + " without " + mended, with(mended));
  }

  /** All profiles, the default one first. */
  public static List<Profile> all() {
    return ALL;
  }

  /** The profile for a kernel release such as "6.18.44-1-amd64", or the nearest one. */
  public static Choice forRelease(String release) {
    Nearest nearest = nearest(KernelHistory.version(release));
    boolean exact = nearest.version == KernelHistory.version(release);
    return new Choice(nearest.profile, exact, KernelHistory.differences(release, nearest.version));
  }

  /** A released kernel's profile and its version as major * 1000 + minor. */
  private record Nearest(Profile profile, int version) {}

  private static Nearest nearest(int version) {
    if (version >= 7_002) {
      return new Nearest(LINUX_7_2, 7_002);
    } else if (version >= 7_001) {
      return new Nearest(LINUX_7_1, 7_001);
    } else if (version >= 6_019) {
      return new Nearest(LINUX_6_19, 6_019);
    }
    return new Nearest(LINUX_6_18, 6_018);
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
    return has(Difference.NO_GUARD_FLAG) ? 0 : VmFlags.MAYBE_GUARD;
  }

  @Override
  public String toString() {
    return name;
  }
}
