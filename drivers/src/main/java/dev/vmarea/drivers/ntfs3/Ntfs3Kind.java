// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.Machine;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** ntfs3. */
public enum Ntfs3Kind implements UserKind {
  INSTANCE;

  private static final String CLUSTER = "cluster";
  private static final String CLUSTERS = "clusters";
  private static final long SMALLEST = 512;
  private static final long LARGEST = 2 << 20;
  private static final long MOST = 1 << 16;

  private static final About ABOUT =
      About.of(
              "ntfs3",
              "files with holes and bytes never written, which writable mappings must be given first",
              "/mnt/ntfs3")
          .variants(
              Variant.legacy("legacy", "the hook before 6.18, not asked where a mapping merges"),
              Variant.port("v3", "the port of the series' time, and as it is"))
          .settings(
              new Setting(CLUSTER, "4k", "bytes of a cluster, a power of two from 512 to 2m"),
              new Setting(CLUSTERS, "1024", "clusters of the volume, 1 to 65536"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return NtfsGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long size = values.number(CLUSTER);
    long count = values.number(CLUSTERS);
    if (Long.bitCount(size) != 1 || size < SMALLEST || size > LARGEST) {
      throw new IllegalArgumentException("cluster=" + size + ": a power of two from 512 to 2m");
    }
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("clusters=" + count + ": 1 to 65536");
    }
    return new Ntfs3(machine.kernel().memory(), variant, (int) count, (int) size);
  }
}
