// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** relay channels. */
public enum RelayKind implements UserKind {
  INSTANCE;

  private static final String CPUS = "cpus";
  private static final String SIZE = "size";
  private static final long MOST_CPUS = 64;
  private static final long MOST_BYTES = 16 << 20;

  private static final About ABOUT =
      About.of(
              "relay",
              "trace buffers of a channel, one a processor, as files of debugfs",
              "/sys/kernel/debug/relay")
          .variants(
              Variant.legacy("legacy", "the hook before the series"),
              Variant.port("v3", "as posted, and as it is"))
          .settings(
              new Setting(CPUS, "1", "buffers: files cpu0, cpu1, ..."),
              new Setting(
                  SIZE, "64k", "bytes of a buffer, whole pages; the length that can be mapped"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return RelayGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    long cpus = values.number(CPUS);
    long bytes = values.wholePages(SIZE);
    if (cpus < 1 || cpus > MOST_CPUS || bytes > MOST_BYTES) {
      throw new IllegalArgumentException("a channel has 1 to 64 buffers of at most 16m");
    }
    return new RelayChannel(machine, variant, (int) cpus, bytes);
  }
}
