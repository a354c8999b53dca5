// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.drivers.mounts.UserCatalog;
import java.util.Map;

/**
 * Whose models stand for the kernel's file systems and devices: the core's files, but those users
 * of the series that are named here.
 *
 * @param name for reports
 * @param variants which hook, by the id of the user
 */
record ModelColumn(String name, Map<String, String> variants) {
  /** The core's own files, as the fuzzer has them. */
  static final ModelColumn FILES = new ModelColumn("files", Map.of());

  /** One user of the series, with this hook; what else a case needs is the core's. */
  static ModelColumn of(String user, String variant) {
    return new ModelColumn(variant, Map.of(user, variant));
  }

  /** Whether {@code user} is a model of the series here. */
  boolean has(String user) {
    return variants.containsKey(user);
  }

  /**
   * Mounts {@code user}, which {@link #has} says yes to.
   *
   * @throws ErrnoException what mount returns
   */
  MountedUsers mount(Machine machine, String path, String user, Map<String, String> settings)
      throws ErrnoException {
    return MountPlan.EMPTY
        .with(path, new MountPlan.Entry(UserCatalog.named(user), variants.get(user), settings))
        .mount(machine);
  }
}
