// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No callback is forgotten by those that stand in front of others. */
class StackedOperationsTest {
  /** What is left out on purpose; see the class. */
  private static final Set<String> NOT_COPIED = Set.of("isSecret", "mapped");

  @Test
  void everyOtherCallbackIsPassedOn() {
    List<String> own =
        Stream.of(StackedOperations.class.getDeclaredMethods()).map(Method::getName).toList();

    assertThat(VmOperations.class.getDeclaredMethods())
        .filteredOn(callback -> !callback.isSynthetic())
        .extracting(Method::getName)
        .filteredOn(callback -> !NOT_COPIED.contains(callback))
        .isNotEmpty()
        .allMatch(own::contains);
  }
}
