// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import java.util.List;

/**
 * A kind of device or file system that the series touches, of which models can be made. Immutable.
 */
public interface UserKind {
  /** Short name, as in commands: "relay". */
  String id();

  /** What it is for, in one line. */
  String summary();

  /** Where it usually is mounted. */
  String usualPath();

  /**
   * Where it is besides, each time another one of the kind: what memfd_create makes, for example.
   */
  default List<String> morePaths() {
    return List.of();
  }

  /**
   * Its variants, in the order of history; the last one that a kernel can have is its default
   * there.
   */
  List<Variant> variants();

  /** Its settings, each with what it means and what it is unless given. */
  List<Setting> settings();

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
