// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.zero;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** {@code /dev/zero}. */
public enum ZeroKind implements UserKind {
  INSTANCE;

  /** The hook before the series. */
  static final Variant LEGACY = Variant.legacy("legacy", "the hook before the series");

  /** The port as posted. */
  static final Variant V3 =
      Variant.port("v3", "as posted: callbacks set to null, which says that none are given");

  /** The port as it landed. */
  static final Variant V5 =
      Variant.port(
          "v5",
          "as it landed: a success hook makes private mappings anonymous",
          Difference.NO_SUCCESS_AND_ERROR_HOOKS);

  /** With a descriptor that can say it. */
  static final Variant OWN =
      Variant.port(
          "own",
          "the descriptor is made anonymous, as from 7.2 on",
          Difference.DESCRIPTOR_OPS_START_NULL);

  private static final About ABOUT =
      About.of("zero", "memory full of zeroes", "/dev/zero").variants(LEGACY, V3, V5, OWN);

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return ZeroGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    return new ZeroModel(machine, variant);
  }
}
