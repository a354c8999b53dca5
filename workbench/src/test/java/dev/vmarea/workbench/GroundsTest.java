// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every ground can be set up for every variant, its good mapping is one, its events are known. */
class GroundsTest {
  @TestFactory
  Stream<DynamicTest> grounds() {
    List<DynamicTest> tests = new ArrayList<>();
    for (UserKind kind : UserCatalog.all()) {
      for (Variant variant : kind.variants()) {
        for (Ground ground : kind.grounds()) {
          if (variant.existsIn(Profile.SETTLED)) {
            Subject subject = Subject.of(kind, variant, Profile.SETTLED);
            tests.add(
                DynamicTest.dynamicTest(
                    subject + ": " + ground.name(), () -> check(subject, ground)));
          }
        }
      }
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> names() {
    return UserCatalog.all().stream()
        .map(kind -> DynamicTest.dynamicTest(kind.id(), () -> checkNames(namesOf(kind))));
  }

  private static List<String> namesOf(UserKind kind) {
    return kind.grounds().stream().map(Ground::name).toList();
  }

  private static void checkNames(List<String> names) {
    assertThat(names).startsWith(Ground.PLAIN).doesNotHaveDuplicates();
  }

  private static void check(Subject subject, Ground ground) {
    Act.Placing mapping = ground.mapping();
    List<Act> acts = new ArrayList<>();
    acts.add(mapping);
    acts.addAll(ground.events());
    Run run = Run.of(subject, ground, acts);

    List<Step> steps = run.own();
    if (ground.name().equals(Ground.PLAIN)) {
      assertThat(steps.getFirst().result()).as("the good mapping").isEqualTo("ok");
    }
    for (Step step : steps) {
      assertThat(step.threw()).as(step.act() + ": " + step.result()).isFalse();
    }
  }
}
