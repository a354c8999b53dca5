// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.Machine;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** tmpfs. */
public enum ShmemKind implements UserKind {
  INSTANCE;

  private static final String SIZE = "size";

  private static final About ABOUT =
      About.of(
              "shmem",
              "tmpfs and memfds: files that live in the page cache",
              "/dev/shm",
              ShmemMount.MEMFD)
          .variants(
              Variant.legacy("legacy", "the hook before the series"),
              Variant.port("v3", "as posted, and as it is"))
          .settings(
              new Setting(SIZE, "0", "bytes that its files may have, whole pages; 0 for no limit"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return ShmemGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long bytes = values.number(SIZE);
    if (!Pages.isAligned(bytes)) {
      throw new IllegalArgumentException("size=" + bytes + ": whole pages expected");
    }
    return new ShmemMount(variant, bytes);
  }
}
