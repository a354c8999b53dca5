// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
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

/** {@code /proc/vmcore}. */
public enum VmcoreKind implements UserKind {
  INSTANCE;

  static final String LEGACY = "legacy";
  static final String SINGLE = "single";

  private static final String NOTES = "notes";
  private static final String RANGES = "ranges";
  private static final long MOST_NOTES = 1 << 20;

  private static final About ABOUT =
      About.of("vmcore", "the memory of a crashed kernel, as a core file", "/proc/vmcore")
          .variants(
              Variant.legacy(LEGACY, "the hook that Linux has"),
              Variant.port(
                  SINGLE,
                  "what v3's actions can say: mappings inside one part",
                  Difference.NO_ACTIONS),
              Variant.port(
                  "v2",
                  "the port of v2, with an action of several parts",
                  Difference.NO_MIXED_MAP,
                  Difference.NO_SUCCESS_AND_ERROR_HOOKS))
          .settings(
              new Setting(
                  NOTES, "8k", "bytes of the notes, whole pages; the header before them has 4k"),
              new Setting(
                  RANGES,
                  "0x3000000000-0x3000004000,0x3800000000-0x3800008000",
                  "the old memory, START-END in bytes, with commas between them"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return VmcoreGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    List<PfnWindow> ranges = values.list(RANGES).stream().map(PfnWindow::parse).toList();
    long notes = values.wholePages(NOTES);
    if (notes > MOST_NOTES || ranges.size() > ElfCoreHeader.mostRanges(Pages.SIZE)) {
      throw new IllegalArgumentException("too many notes or ranges for one page of header");
    }
    return new Vmcore(machine, variant, Pages.count(notes), ranges);
  }
}
