// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.Machine;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import java.util.List;

/** tmpfs. */
public enum ShmemKind implements UserKind {
  INSTANCE;

  private static final String SIZE = "size";

  @Override
  public String id() {
    return "shmem";
  }

  @Override
  public String summary() {
    return "tmpfs and memfds: files that live in the page cache";
  }

  @Override
  public String usualPath() {
    return "/dev/shm";
  }

  @Override
  public List<String> morePaths() {
    return List.of(ShmemMount.MEMFD);
  }

  @Override
  public List<Variant> variants() {
    return List.of(
        Variant.legacy("legacy", "the hook before the series"),
        Variant.port("v3", "as posted, and as it is"));
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(SIZE, "0", "bytes that its files may have, whole pages; 0 for no limit"));
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
