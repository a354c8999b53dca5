// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds out why something goes wrong: tries kernels that lack one of the differences of this one,
 * and the user's other hooks.
 */
public final class CauseFinder {
  private CauseFinder() {}

  /**
   * The cause.
   *
   * @param shows whether it goes wrong with another subject of the same user
   */
  public static Cause find(Subject subject, Predicate<Subject> shows) {
    return new Cause(kernel(subject, shows), goodVariants(subject, shows));
  }

  private static Set<Difference> kernel(Subject subject, Predicate<Subject> shows) {
    Profile profile = subject.profile();
    Set<Difference> all = profile.differences();
    for (Difference one : defectsFirst(all)) {
      if (isGone(subject, Set.of(one), shows)) {
        return Set.of(one);
      }
    }
    // None alone: as few as possible of those without which all is well.
    if (all.isEmpty() || !isGone(subject, all, shows)) {
      return Set.of();
    }
    Set<Difference> needed = EnumSet.copyOf(all);
    for (Difference one : all) {
      Set<Difference> fewer = EnumSet.copyOf(needed);
      fewer.remove(one);
      if (!fewer.isEmpty() && isGone(subject, fewer, shows)) {
        needed = fewer;
      }
    }
    return needed;
  }

  /** What a kernel does wrong explains more than what it does not have yet. */
  private static List<Difference> defectsFirst(Set<Difference> all) {
    List<Difference> order = new ArrayList<>(all);
    order.sort(Comparator.comparing(one -> one.name().startsWith("NO_")));
    return order;
  }

  private static boolean isGone(
      Subject subject, Set<Difference> without, Predicate<Subject> shows) {
    Profile other = subject.profile().without(without);
    return subject.variant().existsIn(other) && !shows.test(subject.on(other));
  }

  private static List<Variant> goodVariants(Subject subject, Predicate<Subject> shows) {
    List<Variant> good = new ArrayList<>();
    for (Variant variant : subject.kind().variants()) {
      boolean exists = variant.existsIn(subject.profile());
      Subject other = subject.with(variant);
      if (!variant.equals(subject.variant())
          && !shows.test(exists ? other : other.on(Profile.SETTLED))) {
        good.add(variant);
      }
    }
    return good;
  }
}
