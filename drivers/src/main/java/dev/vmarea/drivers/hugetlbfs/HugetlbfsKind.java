// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.Machine;
import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Setting;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.hugetlb.HugetlbControlGroup;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.hugetlb.Subpool;
import java.util.Arrays;
import java.util.List;

/** Mounts of hugetlbfs. */
public enum HugetlbfsKind implements UserKind {
  INSTANCE;

  /** Its hooks, in the order of history. */
  enum Port {
    LEGACY(Variant.legacy("legacy", "the hook before the series, and again since 7.1")),
    V3(
        Variant.port(
            "v3",
            "as posted: reserves in the prepare hook, the VMA's lock comes last",
            Difference.NO_SUCCESS_AND_ERROR_HOOKS)),
    V5(
        Variant.port(
            "v5",
            "as it landed: v3, hidden from the reverse map until the lock is there",
            Difference.NO_SUCCESS_AND_ERROR_HOOKS,
            Difference.NO_HIDING_FROM_RMAP)),
    OWN(
        Variant.port(
            "own",
            "as it should be: all is taken when the VMA exists, and hidden until then",
            Difference.NO_MAPPED,
            Difference.NO_HIDING_FROM_RMAP));

    private final Variant variant;

    Port(Variant variant) {
      this.variant = variant;
    }

    static Port of(Variant variant) {
      return Arrays.stream(values())
          .filter(port -> port.variant.equals(variant))
          .findFirst()
          .orElseThrow();
    }
  }

  private static final String PAGE_SIZE = "pagesize";
  private static final String POOL = "pool";
  private static final String OVERCOMMIT = "overcommit";
  private static final String MAX = "max";
  private static final String MIN = "min";
  private static final String GROUP = "group";

  private static final About ABOUT =
      About.of("hugetlbfs", "files of huge pages, reserved when they are mapped", "/dev/hugepages")
          .variants(Arrays.stream(Port.values()).map(port -> port.variant).toArray(Variant[]::new))
          .settings(
              new Setting(PAGE_SIZE, "2m", "bytes of a huge page"),
              new Setting(POOL, "4", "huge pages that the machine gets more for it"),
              new Setting(
                  OVERCOMMIT,
                  "0",
                  "huge pages that the machine makes beyond them when they are needed"),
              new Setting(
                  MAX, "", "huge pages that all its files may have; empty: as many as there are"),
              new Setting(
                  MIN, "", "huge pages that are reserved for it from the beginning; empty: none"),
              new Setting(
                  GROUP,
                  "",
                  "huge pages that processes may reserve in it (rsvd.max of their"
                      + " control group); empty: any number"));

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public List<Ground> grounds() {
    return HugetlbfsGrounds.all();
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException ENOMEM if the pool does not have the minimum
   */
  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    long pageSize = values.number(PAGE_SIZE);
    if (!machine.kernel().config().hugePageSizes().contains(pageSize)) {
      throw new IllegalArgumentException(
          PAGE_SIZE
              + "="
              + values.text(PAGE_SIZE)
              + ": the machine has "
              + machine.kernel().config().hugePageSizes());
    }
    HugePageShare share =
        HugePageShare.take(
            machine.hugePages(), pageSize, values.number(POOL), values.number(OVERCOMMIT));
    try {
      HugetlbMount mount =
          HugetlbMount.mount(
              machine.hugePages(),
              pageSize,
              limit(values, MAX, Subpool.NONE),
              limit(values, MIN, Subpool.NONE),
              new HugetlbControlGroup(limit(values, GROUP, HugetlbControlGroup.UNLIMITED)));
      return new HugetlbfsMount(variant, mount, share);
    } catch (ErrnoException e) {
      share.giveBack();
      throw e;
    }
  }

  private static long limit(SettingValues values, String key, long none) {
    return values.text(key).isEmpty() ? none : values.number(key);
  }
}
