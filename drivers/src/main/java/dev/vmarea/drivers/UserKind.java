// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;
import java.util.Set;

/**
 * A kind of device or file system that the series touches, of which models can be made. Immutable.
 */
public interface UserKind {
  /** What is to be known of it. */
  About about();

  /** Short name, as in commands. */
  default String id() {
    return about().id();
  }

  /** Where it usually is mounted. */
  default String usualPath() {
    return about().paths().getFirst();
  }

  /** Its variants, in the order of history. */
  default List<Variant> variants() {
    return about().variants();
  }

  /**
   * A new one.
   *
   * @param machine where it is; used for memory, configuration and failures
   * @param variant one of {@link #variants} that exists in the machine's profile
   * @param values its settings
   * @throws ErrnoException ENOMEM without memory for it
   * @throws IllegalArgumentException if settings do not fit together
   */
  UserModel make(Machine machine, Variant variant, SettingValues values) throws ErrnoException;

  /**
   * The ways to put one at its {@link #usualPath} to work that a tool should try; the usual state
   * first.
   */
  default List<Ground> grounds() {
    return List.of(Ground.of(usualPath(), 4));
  }

  /** The class beside which files about it lie, such as what is intended of it. */
  default Class<?> home() {
    return this instanceof Enum<?> one ? one.getDeclaringClass() : getClass();
  }

  /** Steps that cannot fail in this user, whatever happens: a tool must not let them. */
  default Set<FailurePlan.Point> infallible() {
    return Set.of();
  }

  /**
   * The variant with this name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  default Variant variant(String name) {
    for (Variant variant : variants()) {
      if (variant.name().equals(name)) {
        return variant;
      }
    }
    throw new IllegalArgumentException(id() + " has no variant " + name + "; known: " + variants());
  }

  /** The last variant that exists in {@code profile}. */
  default Variant defaultVariant(Profile profile) {
    return variants().reversed().stream()
        .filter(variant -> variant.existsIn(profile))
        .findFirst()
        .orElseThrow();
  }
}
