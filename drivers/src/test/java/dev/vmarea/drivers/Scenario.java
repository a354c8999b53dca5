// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One row of the table of scenarios: steps with a user, and what they come to with each of its
 * hooks. The outcome in text is what the steps return, and behind it what {@link UserLab#close}
 * tells: so a row also says what leaks, breaks and warns, and that nothing else does.
 */
public final class Scenario {
  /** The steps; returns their results in text. */
  @FunctionalInterface
  public interface Steps {
    String run(UserLab lab) throws ErrnoException;
  }

  /**
   * What is expected of one hook.
   *
   * @param column what the table calls it
   * @param correct whether nothing may be lost whatever fails
   */
  public record Expected(
      String column, String variant, Profile profile, String outcome, boolean correct) {}

  private final String id;
  private final String what;
  private final UserKind user;
  private final Steps steps;
  private final List<Expected> expected = new ArrayList<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Set<FailurePlan.Point> reliable = EnumSet.noneOf(FailurePlan.Point.class);
  private MountPlan others = MountPlan.EMPTY;

  private Scenario(String id, String what, UserKind user, Steps steps) {
    this.id = id;
    this.what = what;
    this.user = user;
    this.steps = steps;
  }

  /** A row: its id (T01 to T54, or another for more), what happens, to whom, and the steps. */
  public static Scenario of(String id, String what, UserKind user, Steps steps) {
    return new Scenario(id, what, user, steps);
  }

  /** With this setting of the user. */
  public Scenario with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** With this user on the machine besides. */
  public Scenario beside(String path, UserKind other, String variant, Map<String, String> values) {
    others = others.with(path, new MountPlan.Entry(other, variant, values));
    return this;
  }

  /** The hook before the series, on a kernel as it should be: nothing may be lost. */
  public Scenario legacy(String outcome) {
    return expect("legacy", "legacy", Profile.SETTLED, outcome, true);
  }

  /** The port as posted, on the kernel as posted. */
  public Scenario posted(String outcome) {
    return expect("posted", "v3", Profile.V3_AS_POSTED, outcome, false);
  }

  /** The port as it should be, on a kernel as it should be: nothing may be lost. */
  public Scenario correct(String outcome) {
    String variant = user.defaultVariant(Profile.SETTLED).name();
    return expect("correct", variant, Profile.SETTLED, outcome, true);
  }

  /** The same for all three. */
  public Scenario all(String outcome) {
    return legacy(outcome).posted(outcome).correct(outcome);
  }

  /** Steps that are never made to fail, since in this user they cannot. */
  public Scenario never(FailurePlan.Point... points) {
    reliable.addAll(List.of(points));
    return this;
  }

  /** What fails in {@code plan}, but for the steps that never do here. */
  public FailurePlan possible(FailurePlan plan) {
    return point -> !reliable.contains(point) && plan.fails(point);
  }

  /** Any other combination. */
  public Scenario expect(
      String column, String variant, Profile profile, String outcome, boolean correct) {
    expected.add(new Expected(column, variant, profile, outcome, correct));
    return this;
  }

  /** Its id. */
  public String id() {
    return id;
  }

  /** Whose row it is. */
  public UserKind user() {
    return user;
  }

  /** All that is expected. */
  public List<Expected> expected() {
    return expected;
  }

  /** A machine for one of its columns. */
  public UserLab lab(Expected column) throws ErrnoException {
    MountPlan.Entry entry = new MountPlan.Entry(user, column.variant(), settings);
    return new UserLab(column.profile(), others.with(user.usualPath(), entry));
  }

  /** Runs the steps on a machine; the outcome without the end. */
  public String run(UserLab lab) throws ErrnoException {
    return steps.run(lab);
  }

  @Override
  public String toString() {
    return id + " " + user.id() + ": " + what;
  }
}
