// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

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
import java.util.List;

/** iommufd. */
public enum IommufdKind implements UserKind {
  INSTANCE;

  private static final String PHYSICAL = "physical";
  private static final String SIZE = "size";

  private static final About ABOUT =
      About.of("iommufd", "registers of an I/O translation unit that programs map", "/dev/iommu")
          .variants(
              Variant.legacy("base", "the hook before the series, which counts at the end"),
              Variant.port(
                  "v3",
                  "as posted, which counts in the success hook",
                  Difference.NO_ACTIONS,
                  Difference.NO_SUCCESS_AND_ERROR_HOOKS),
              Variant.legacy("first-fix", "the hook as mended in the thread, which counts blindly"),
              Variant.legacy(
                  "merged", "the hook as mended for 6.17, which does not count from zero"),
              Variant.port(
                  "own",
                  "as it should be, which counts when mapped, or fails",
                  Difference.NO_ACTIONS,
                  Difference.NO_MAPPED))
          .settings(
              new Setting(PHYSICAL, "0xd8000000", "where the device's memory begins, bytes"),
              new Setting(SIZE, "1m", "bytes of the device's memory, whole pages"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return IommufdGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long physical = values.wholePages(PHYSICAL);
    long size = values.wholePages(SIZE);
    if (machine.kernel().memory().touchesRam(Pages.count(physical), Pages.count(size))) {
      throw new IllegalArgumentException("there is RAM where the device's memory should be");
    }
    return new IommufdDevice(
        machine.kernel(),
        variant,
        context -> file(variant, context),
        new MmioWindow(machine.kernel().memory(), physical, size));
  }

  private static IommufdFile file(Variant variant, IommufdContext context) {
    return switch (variant.name()) {
      case "base" -> new LegacyFile(context, LegacyFile.Count.LATE);
      case "first-fix" -> new LegacyFile(context, LegacyFile.Count.BLIND);
      case "merged" -> new LegacyFile(context, LegacyFile.Count.NOT_ZERO);
      case "v3" -> new PostedFile(context);
      default -> new MappedFile(context);
    };
  }
}
