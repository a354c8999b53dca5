// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The order in which two operations go wrong can be run again by its name. */
class ScheduleTest {
  private static final UserKind IOMMUFD = UserCatalog.named("iommufd");
  private static final Subject FIRST_FIX =
      Subject.of(IOMMUFD, IOMMUFD.variant("first-fix"), Profile.SETTLED);

  @Test
  void aFindingsOrderGoesWrongAgain() {
    CheckRequest request =
        new CheckRequest(List.of(FIRST_FIX), Set.of(Part.INTERLEAVINGS), 1, Duration.ofSeconds(10));
    Finding found =
        Workbench.check(request, progress -> {}, () -> false).findings().findFirst().orElseThrow();
    String schedule = String.valueOf(found.schedule());

    for (int i = 0; i < 3; i++) {
      List<Finding> again = Workbench.repeat(FIRST_FIX, schedule);
      assertThat(again).isNotEmpty();
      assertThat(again.getFirst().interleaving()).isEqualTo(found.interleaving());
      assertThat(again.getFirst().what()).isEqualTo(found.what());
    }
  }

  @Test
  void ordersThatAreNone() {
    assertThatThrownBy(() -> Workbench.repeat(FIRST_FIX, "A B"))
        .hasMessageContaining("GROUND/NUMBER: TURNS");
    assertThatThrownBy(() -> Workbench.repeat(FIRST_FIX, "nowhere/1: A B"))
        .hasMessageContaining("no ground of that name");
    assertThatThrownBy(() -> Workbench.repeat(FIRST_FIX, "plain/0: A B"))
        .hasMessageContaining("plain/1 to plain/");
    assertThatThrownBy(() -> Workbench.repeat(FIRST_FIX, "plain/1: A*0"))
        .hasMessageContaining("not a schedule");
  }
}
