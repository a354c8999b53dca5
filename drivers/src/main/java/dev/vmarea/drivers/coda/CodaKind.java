// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.Machine;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** Coda file systems. */
public enum CodaKind implements UserKind {
  INSTANCE;

  private static final String SIZE = "size";

  private static final About ABOUT =
      About.of("coda", "files of a network file system, in front of container files", "/coda")
          .variants(
              Variant.legacy("legacy", "containers have the old hook"),
              Variant.port("v3", "containers have the port, below the compatibility layer"))
          .settings(new Setting(SIZE, "16k", "bytes of a new file"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return CodaGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    return new CodaModel(machine, variant, values.wholePages(SIZE));
  }
}
