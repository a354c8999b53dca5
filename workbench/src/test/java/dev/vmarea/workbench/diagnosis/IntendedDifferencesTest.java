// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.drivers.mounts.UserCatalog;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntendedDifferencesTest {
  @Test
  void filesOfAllUsersCanBeRead() {
    UserCatalog.all().forEach(kind -> assertThat(IntendedDifferences.of(kind)).isNotNull());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.rule=same-result a.match=x | a.reason is missing",
        "a.rule=same-rslt a.reason=y | no rule same-rslt",
        "a.rule=* a.reason=y a.match=( | a.match",
        "a.rules=* a.reason=y | a.rules: no such key",
        "reason=y | NAME.rule, .variant, .match or .reason"
      })
  void malformedFilesSayWhere(String pairs, String message) {
    Properties properties = new Properties();
    for (String pair : pairs.split(" ")) {
      int eq = pair.indexOf('=');
      properties.setProperty(pair.substring(0, eq), pair.substring(eq + 1));
    }
    assertThatThrownBy(() -> IntendedDifferences.parse(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
