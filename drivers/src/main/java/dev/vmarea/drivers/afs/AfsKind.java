// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** afs. */
public enum AfsKind implements UserKind {
  INSTANCE;

  private static final About ABOUT =
      About.of("afs", "files of a server that calls back, with counted mappings", "/afs")
          .variants(
              Variant.legacy("legacy", "the hook before it was converted"),
              Variant.port("prepare-count", "converted at first, which counts in the prepare hook"),
              Variant.port(
                  "mapped", "converted again, which counts when mapped", Difference.NO_MAPPED));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return AfsGrounds.all();
  }

  /** Counting mappings takes no memory. */
  @Override
  public Set<FailurePlan.Point> infallible() {
    return Set.of(FailurePlan.Point.MAPPED);
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values) {
    return new AfsVolume(variant, hooks(variant));
  }

  private static Function<AfsVnode, AfsFile> hooks(Variant variant) {
    return switch (variant.name()) {
      case "legacy" -> AfsFile.Legacy::new;
      case "prepare-count" -> AfsFile.CountedInPrepare::new;
      default -> AfsFile.CountedWhenMapped::new;
    };
  }
}
