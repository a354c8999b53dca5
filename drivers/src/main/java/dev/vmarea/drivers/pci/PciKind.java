// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
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

/** Resources of a PCI device. */
public enum PciKind implements UserKind {
  INSTANCE;

  private static final String RAWIO = "rawio";
  private static final String LOCKDOWN = "lockdown";
  private static final String REGISTERS = "registers";
  private static final String MEMORY = "memory";
  private static final String EXCLUSIVE = "exclusive";
  private static final String SPACE = "space";
  private static final String WRITE_COMBINE = "write-combine";
  private static final String PERMANENT = "permanent";

  /**
   * What a device is like.
   *
   * @param bars its two resources
   * @param procfs how its file in procfs leads to them
   * @param lockedDown whether nobody may map anything
   * @param permanent whether that file is never removed
   */
  record Settings(List<PciBar> bars, PciResources procfs, boolean lockedDown, boolean permanent) {}

  private static final About ABOUT =
      About.of(
              "pci",
              "resources of a PCI device: registers and memory, by procfs and sysfs",
              "/proc/bus/pci/00/04.0")
          .variants(
              Variant.legacy("legacy", "the hook that Linux has"),
              Variant.port(
                  "v2",
                  "a port as v2's procfs would carry it; nobody posted one",
                  Difference.NO_ACTIONS))
          .settings(
              new Setting(RAWIO, "yes", "whether programs have CAP_SYS_RAWIO, for procfs"),
              new Setting(
                  LOCKDOWN, "no", "whether the kernel is locked down: nothing can be mapped"),
              new Setting(REGISTERS, "0xfe000000", "physical address of BAR 0, one page"),
              new Setting(
                  MEMORY,
                  "0xfd000000-0xfd100000",
                  "BAR 2, prefetchable memory, START-END in bytes"),
              new Setting(EXCLUSIVE, "", "BARs that a driver has claimed, such as 0,2"),
              new Setting(
                  SPACE,
                  "mem",
                  "what ioctl has set files of procfs to, mem or io (Linux starts with io)"),
              new Setting(WRITE_COMBINE, "no", "whether ioctl has set them to write combining"),
              new Setting(
                  PERMANENT, "no", "whether the entry of procfs is one that is never removed"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return PciGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    boolean io =
        switch (values.text(SPACE)) {
          case "mem" -> false;
          case "io" -> true;
          default -> throw new IllegalArgumentException(SPACE + " is mem or io");
        };
    List<String> claimed = values.list(EXCLUSIVE);
    long registers = values.wholePages(REGISTERS);
    List<PciBar> bars =
        List.of(
            new PciBar(0, PfnWindow.ofBytes(registers, Pages.SIZE), false, claimed.contains("0")),
            new PciBar(2, PfnWindow.parse(values.text(MEMORY)), true, claimed.contains("2")));
    boolean lockdown = values.isYes(LOCKDOWN);
    PciResources procfs =
        new PciResources.Procfs(
            bars, values.isYes(RAWIO) && !lockdown, io, values.isYes(WRITE_COMBINE));
    Settings settings = new Settings(bars, procfs, lockdown, values.isYes(PERMANENT));
    return new PciDevice(machine, variant, settings);
  }
}
