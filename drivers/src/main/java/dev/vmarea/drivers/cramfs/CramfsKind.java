// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

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

/** cramfs. */
public enum CramfsKind implements UserKind {
  INSTANCE;

  private static final String PHYSICAL = "physical";
  private static final String SIZE = "size";
  private static final long FEWEST = 2;
  private static final long MOST = 1024;

  private static final About ABOUT =
      About.of(
              "cramfs",
              "a read-only image in ROM, whose uncompressed files are mapped from there",
              "/mnt/cramfs")
          .variants(
              Variant.legacy("legacy", "the old hook, as it always was and is"),
              Variant.port("v2", "the port of v2, which v3 dropped", Difference.NO_MIXED_MAP))
          .settings(
              new Setting(PHYSICAL, "0xe0000000", "where the image lies, bytes, page aligned"),
              new Setting(SIZE, "16k", "bytes of each file, 2 to 1024 pages"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return CramfsGrounds.all();
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    long physical = values.number(PHYSICAL);
    long pages = Pages.count(values.wholePages(SIZE));
    if (!Pages.isAligned(physical) || pages < FEWEST || pages > MOST) {
      throw new IllegalArgumentException("an image lies at a page and has files of 2 to 1024");
    }
    ImageBuilder builder = new ImageBuilder((int) pages);
    Rom rom = new Rom(machine.kernel().memory(), physical, builder.bytes());
    return new Cramfs(variant, rom, builder.entries());
  }
}
