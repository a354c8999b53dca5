// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.memory.PfnRange;
import java.util.List;

/** {@code /dev/mem}. */
public enum MemKind implements UserKind {
  INSTANCE;

  static final String LEGACY = "legacy";
  static final String HIDDEN = "hidden";
  static final String POSTED = "v3";
  private static final String OWN = "own";

  private static final String RAWIO = "rawio";
  private static final String LOCKDOWN = "lockdown";
  private static final String STRICT = "strict";
  private static final String PHYSICAL_BITS = "physical-bits";
  private static final String EXCLUSIVE = "exclusive";
  private static final String DEVICE = "device";
  private static final String WRITE_BACK = "write-back";

  /**
   * What a device is like.
   *
   * @param mayOpen whether programs here may open it
   * @param strict whether it is looked at what a page is
   * @param physicalBits bits of a physical address, 32 to 52
   * @param exclusive frames that drivers have claimed for themselves
   * @param device frames at which a device has memory
   */
  record Settings(
      boolean mayOpen,
      boolean strict,
      int physicalBits,
      List<PfnRange> exclusive,
      List<PfnWindow> device) {
    Settings {
      exclusive = List.copyOf(exclusive);
      device = List.copyOf(device);
    }
  }

  private static final About ABOUT =
      About.of("mem", "physical memory as a file", "/dev/mem")
          .variants(
              Variant.legacy(LEGACY, "the hook before the series"),
              // Nobody posted it. Before the others, so that it is no kernel's default.
              Variant.port(
                  HIDDEN,
                  "v3 hidden from the reverse map until all is mapped, to keep revocations away",
                  Difference.NO_ACTIONS,
                  Difference.NO_SUCCESS_AND_ERROR_HOOKS,
                  Difference.NO_HIDING_FROM_RMAP),
              Variant.port(
                  POSTED,
                  "as posted, with an error hook",
                  Difference.NO_ACTIONS,
                  Difference.NO_SUCCESS_AND_ERROR_HOOKS),
              Variant.port(
                  OWN,
                  "with a constant error, and a second look at what was revoked meanwhile",
                  Difference.NO_ACTIONS,
                  Difference.NO_ERROR_OVERRIDE,
                  Difference.NO_MAPPED))
          .settings(
              new Setting(RAWIO, "yes", "whether programs have CAP_SYS_RAWIO, which open needs"),
              new Setting(
                  LOCKDOWN, "no", "whether the kernel is locked down: then nobody may open it"),
              new Setting(
                  STRICT, "yes", "whether RAM and claimed ranges are refused (STRICT_DEVMEM)"),
              new Setting(PHYSICAL_BITS, "46", "bits of a physical address, 32 to 52"),
              new Setting(
                  EXCLUSIVE, "", "claimed ranges, START-END in bytes, with commas between them"),
              new Setting(
                  DEVICE,
                  "",
                  "ranges where a device has memory that answers, written in the same way"),
              new Setting(
                  WRITE_BACK,
                  "",
                  "ranges that range registers call write-back, written in the same way"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return MemGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long bits = values.number(PHYSICAL_BITS);
    if (bits < 32 || bits > 52) {
      throw new IllegalArgumentException("physical addresses have 32 to 52 bits");
    }
    Settings settings =
        new Settings(
            values.isYes(RAWIO) && !values.isYes(LOCKDOWN),
            values.isYes(STRICT),
            (int) bits,
            ranges(values, EXCLUSIVE),
            values.list(DEVICE).stream().map(PfnWindow::parse).toList());
    ranges(values, WRITE_BACK).forEach(machine.kernel().pfnTracking()::addWriteBackRange);
    return new MemDevice(machine, variant, settings);
  }

  private static List<PfnRange> ranges(SettingValues values, String key) {
    return values.list(key).stream().map(range -> PfnWindow.parse(range).frames()).toList();
  }
}
