// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.stacked.HostFile;
import java.util.List;

/** Union file systems. */
public enum OverlayKind implements UserKind {
  INSTANCE;

  private static final String LOWER = "lower";
  private static final String UPPER = "upper";
  private static final String DEVICE = "device";

  private static final About ABOUT =
      About.of("overlay", "a union of two layers: files in front of the real ones", "/overlay")
          .variants(
              Variant.legacy("legacy", "real files have the old hook"),
              Variant.port("v3", "real files have the port, below the compatibility layer"))
          .settings(
              new Setting(LOWER, "", "path of another mount as lower layer; empty: one of its own"),
              new Setting(UPPER, "", "path of another mount as upper layer; empty: one of its own"),
              new Setting(
                  DEVICE, "", "name of a device of 1 MiB in the lower layer, if that is its own"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return OverlayGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    Layer lower = Layer.of(machine, variant, values.text(LOWER));
    Layer upper = Layer.of(machine, variant, values.text(UPPER));
    String device = values.text(DEVICE);
    if (!device.isEmpty()) {
      if (!(lower instanceof Layer.Own own)) {
        throw new IllegalArgumentException("a device in a lower layer that others have");
      }
      own.files().add(device, HostFile.device(machine, variant));
    }
    return new OverlayModel(machine, variant, lower, upper);
  }
}
