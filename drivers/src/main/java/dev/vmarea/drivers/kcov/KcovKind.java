// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.space.Kernel;
import java.util.List;

/** kcov. */
public enum KcovKind implements UserKind {
  INSTANCE;

  private static final About ABOUT =
      About.of(
              "kcov",
              "the places of the kernel that a task passes, in a buffer that it maps",
              "/sys/kernel/debug/kcov")
          .variants(
              Variant.legacy("legacy", "the hook before the series, and since"),
              Variant.port(
                  "v2",
                  "as posted until v2, a mixed mapping by an array of pages",
                  Difference.NO_ACTIONS,
                  Difference.NO_SUCCESS_AND_ERROR_HOOKS,
                  Difference.NO_MIXED_MAP),
              Variant.port(
                  "own",
                  "as it could be, by the action for the kernel's own pages",
                  Difference.NO_ACTIONS,
                  Difference.NO_LATER_ACTIONS));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return KcovGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    Kernel kernel = machine.kernel();
    InsertionLog log = new InsertionLog(kernel);
    return new KcovDevice(
        variant,
        () -> new Kcov(kernel),
        kcov ->
            switch (variant.name()) {
              case "legacy" -> new KcovFile.Legacy(kcov, log);
              case "v2" -> new KcovFile.Mixed(kcov, kernel, log);
              default -> new KcovFile.KernelPages(kcov);
            });
  }
}
