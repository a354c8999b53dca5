// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.region.PfnWindow;
import java.util.List;

/** Device DAX. */
public enum DaxKind implements UserKind {
  INSTANCE;

  private static final String ALIGN = "align";
  private static final String RANGES = "ranges";
  private static final List<Long> ALIGNMENTS = List.of(4L << 10, 2L << 20, 1L << 30);

  private static final About ABOUT =
      About.of("devdax", "memory of a device, mapped in units of a fixed size", "/dev/dax0.0")
          .variants(
              Variant.legacy("legacy", "the hook before the series"),
              Variant.port("v3", "as posted, and as it is"))
          .settings(
              new Setting(ALIGN, "2m", "the unit: 4k, 2m or 1g"),
              new Setting(
                  RANGES,
                  "0x1000000000-0x1000800000",
                  "physical memory, START-END in bytes, whole units; with commas between them"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return DaxGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    long alignment = values.number(ALIGN);
    if (!ALIGNMENTS.contains(alignment)) {
      throw new IllegalArgumentException("the alignment is 4k, 2m or 1g");
    }
    List<PfnWindow> ranges = values.list(RANGES).stream().map(PfnWindow::parse).toList();
    long unit = Pages.count(alignment);
    for (PfnWindow range : ranges) {
      if (range.firstPfn() % unit != 0 || range.pages() % unit != 0) {
        throw new IllegalArgumentException("ranges are whole units of " + alignment + " bytes");
      }
    }
    return new DaxDevice(machine, variant, alignment, ranges);
  }
}
