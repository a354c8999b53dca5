// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.own.OwnDriverException;
import dev.vmarea.workbench.own.OwnDrivers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * All users that a command can mean.
 *
 * @param given those of files that were named
 * @param services those that are services on the class path
 */
record OwnUsers(List<UserKind> given, List<UserKind> services) {
  /** Those in {@code files}, and the services. */
  static OwnUsers in(List<Path> files) {
    try {
      List<UserKind> given = new ArrayList<>();
      for (Path file : files) {
        given.addAll(OwnDrivers.at(file));
      }
      return new OwnUsers(given, OwnDrivers.onClassPath());
    } catch (OwnDriverException e) {
      throw CliException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** Those of somebody's own. */
  Stream<UserKind> own() {
    return Stream.concat(given.stream(), services.stream());
  }

  /** What is checked if nobody says what: what was given, else all there is. */
  List<UserKind> usual() {
    return given.isEmpty()
        ? Stream.concat(UserCatalog.all().stream(), services.stream()).toList()
        : given;
  }

  /**
   * The user with this name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  UserKind named(String name) {
    return own()
        .filter(kind -> kind.id().equals(name))
        .findFirst()
        .orElseGet(() -> UserCatalog.named(name));
  }
}
