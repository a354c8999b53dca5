// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a kernel as it should be, nothing is wrong with any user's correct port. */
class SettledTest {
  @Test
  void correctPortsAreClean() {
    List<Subject> subjects = new ArrayList<>();
    for (UserKind kind : UserCatalog.all()) {
      subjects.add(Subject.of(kind, kind.defaultVariant(Profile.SETTLED), Profile.SETTLED));
    }
    Report report =
        Workbench.check(
            CheckRequest.of(subjects, Duration.ofSeconds(4)), progress -> {}, () -> false);

    assertThat(report.findings().map(Finding::title)).isEmpty();
    assertThat(report.subjects()).hasSameSizeAs(subjects);
    assertThat(report.subjects())
        .allSatisfy(one -> assertThat(one.combinations()).as(one.toString()).isPositive());
  }
}
