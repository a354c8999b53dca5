// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.Machine;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** memfd_secret. */
public enum SecretmemKind implements UserKind {
  INSTANCE;

  private static final String ENABLED = "enabled";

  private static final About ABOUT =
      About.of("secretmem", "memory that only those see who map it (memfd_secret)", "secretmem:")
          .variants(
              Variant.legacy("legacy", "the hook before the series: locked when it is mapped"),
              Variant.port("v3", "the port of the series' time: locked when it is mapped"),
              Variant.port(
                  "faulted", "later: pages are charged to the user as they are faulted in"))
          .settings(new Setting(ENABLED, "yes", "no: memfd_secret says ENOSYS"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return SecretGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    return new Secretmem(variant, values.isYes(ENABLED));
  }
}
