// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shm;

import dev.vmarea.Machine;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** Segments of System V shared memory. */
public enum ShmKind implements UserKind {
  INSTANCE;

  private static final String SEGMENTS = "segments";
  private static final String SIZE = "size";
  private static final long MOST = 64;

  private static final About ABOUT =
      About.of(
              "shm",
              "System V shared memory: attachments in front of a segment's own file",
              "sysvshm:")
          .variants(
              Variant.legacy("legacy", "the segment's file has the old hook"),
              Variant.port("v3", "the segment's file has the port, below the compatibility layer"))
          .settings(
              new Setting(SEGMENTS, "1", "segments there are at first: ids 1, 2, ..."),
              new Setting(SIZE, "16k", "bytes of a segment"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return ShmGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long segments = values.number(SEGMENTS);
    long bytes = values.number(SIZE);
    if (segments < 0 || segments > MOST || bytes <= 0) {
      throw new IllegalArgumentException("0 to 64 segments of at least one byte");
    }
    return new ShmModel(machine, variant, (int) segments, bytes);
  }
}
