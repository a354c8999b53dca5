// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** Pseudo-locked regions of resctrl. */
public enum ResctrlKind implements UserKind {
  INSTANCE;

  static final String LEGACY = "legacy";
  static final String POSTED = "v3";
  static final String OWN = "own";

  private static final String SIZE = "size";
  private static final String CPUS = "cpus";
  private static final String AFFINITY = "affinity";
  private static final long MOST_BYTES = 16 << 20;

  private static final About ABOUT =
      About.of("resctrl", "memory that is kept in a cache", "/dev/pseudo_lock/region")
          .variants(
              Variant.legacy(LEGACY, "the hook before the series, under the mutex of resctrl"),
              Variant.port(
                  POSTED, "as posted, without the mutex while it maps", Difference.NO_ACTIONS),
              Variant.port(
                  OWN,
                  "with memory that open files hold, and the old error",
                  Difference.NO_ACTIONS,
                  Difference.NO_ERROR_OVERRIDE))
          .settings(
              new Setting(SIZE, "64k", "bytes of the region, whole pages"),
              new Setting(CPUS, "0-3", "processors of the cache, a list"),
              new Setting(AFFINITY, "0-3", "processors that the mapping task may run on, a list"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return ResctrlGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    long bytes = values.wholePages(SIZE);
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException("a region has at most 16m");
    }
    CpuMask domain = CpuMask.parse(values.text(CPUS));
    CpuMask affinity = CpuMask.parse(values.text(AFFINITY));
    return new PseudoLockGroup(machine, variant, bytes, domain, affinity);
  }
}
