// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.About;
import dev.vmarea.drivers.Audited;
import dev.vmarea.drivers.SettingValues;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.ground.Grounded;
import dev.vmarea.vma.FileOperations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A driver of which only the classes of its files are known, each a variant. Immutable. */
final class PlainKind implements UserKind {
  private static final long PAGES = 4;

  private final About about;
  private final Map<String, HookClass> classes;
  private final Class<?> home;
  private final List<Ground> grounds;
  private final Set<FailurePlan.Point> infallible;

  private PlainKind(About about, Map<String, HookClass> classes, Grounded grounded) {
    this.about = about;
    this.classes = classes;
    this.home = classes.values().iterator().next().type();
    this.grounds = grounded.grounds(usualPath());
    this.infallible = grounded.infallible();
  }

  /**
   * The driver with these classes, the old hooks first; makes one of each.
   *
   * @param id its name
   * @throws OwnDriverException if one cannot be made, or two have one name
   */
  static PlainKind of(String id, List<HookClass> hooks) throws OwnDriverException {
    List<HookClass> ordered = new ArrayList<>(hooks);
    ordered.sort(Comparator.comparing(hook -> !hook.isLegacy()));
    Map<String, HookClass> classes = new LinkedHashMap<>();
    List<Variant> variants = new ArrayList<>();
    Grounded grounded = path -> List.of(Ground.of(path, PAGES));
    boolean asked = false;
    for (HookClass hook : ordered) {
      Variant variant = hook.variant(id);
      HookClass other = classes.put(variant.name(), hook);
      if (other != null) {
        throw new OwnDriverException(
            id + ": two hooks named " + variant + ": " + other.type() + ", " + hook.type());
      }
      variants.add(variant);
      FileOperations made = trial(hook);
      if (!asked && made instanceof Grounded knows) {
        grounded = knows;
        asked = true;
      }
    }
    About about = About.of(id, "a driver of one's own", "/dev/" + id);
    try {
      return new PlainKind(about.variants(variants.toArray(Variant[]::new)), classes, grounded);
    } catch (RuntimeException e) {
      throw new OwnDriverException(id + ": grounds(): " + e, e);
    }
  }

  private static FileOperations trial(HookClass hook) throws OwnDriverException {
    Machine machine = new Machine(KernelConfig.standard(), Profile.SETTLED);
    try {
      FileOperations made = hook.make(machine);
      if (made instanceof Audited audited) {
        audited.unload();
      }
      return made;
    } catch (ErrnoException e) {
      throw Made.thrown(hook.type(), e);
    } finally {
      machine.kernel().memory().retire();
    }
  }

  @Override
  public About about() {
    return about;
  }

  @Override
  public Class<?> home() {
    return home;
  }

  @Override
  public List<Ground> grounds() {
    return grounds;
  }

  @Override
  public Set<FailurePlan.Point> infallible() {
    return infallible;
  }

  @Override
  public UserModel make(Machine machine, Variant variant, SettingValues values)
      throws ErrnoException {
    HookClass hook = classes.get(variant.name());
    if (hook == null) {
      throw new IllegalArgumentException(id() + " has no variant " + variant);
    }
    try {
      return new PlainModel(this, variant, hook.make(machine));
    } catch (OwnDriverException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
