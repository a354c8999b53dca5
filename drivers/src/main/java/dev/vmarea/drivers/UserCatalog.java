// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.drivers.hugetlbfs.HugetlbfsKind;
import dev.vmarea.drivers.relay.RelayKind;
import java.util.List;

/** All kinds of users, in the order of the series. */
public final class UserCatalog {
  private static final List<UserKind> ALL = List.of(RelayKind.INSTANCE, HugetlbfsKind.INSTANCE);

  private UserCatalog() {}

  /** All of them. */
  public static List<UserKind> all() {
    return ALL;
  }

  /**
   * The kind with this name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static UserKind named(String name) {
    for (UserKind kind : ALL) {
      if (kind.id().equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "no user " + name + "; known: " + ALL.stream().map(UserKind::id).toList());
  }
}
