// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is compared does the same: else its times mean nothing. */
class SubjectTest {
  private static final int MAPPINGS = 500;
  private static final long PAGE = Arena.PAGE;

  private static List<Subject> subjects() {
    return List.of(new ModelSubject(), new TreeSubject(), new TreeMapSubject());
  }

  private static Arena filled(Subject subject) {
    Arena arena = new Arena(MAPPINGS, MAPPINGS / 16);
    arena.build(subject);
    arena.choose();
    return arena;
  }

  @Test
  void operationsChangeTheNumberOfMappingsAlike() {
    for (Subject subject : subjects()) {
      Arena arena = filled(subject);
      int slots = arena.slots();
      Map<Operation, Integer> more =
          Map.of(
              Operation.MAP_NEW, slots,
              Operation.UNMAP_NEW, 0,
              Operation.MAP_JOIN, 0,
              Operation.UNMAP_TAIL, 0,
              Operation.SPLIT, 2 * slots,
              Operation.JOIN, 0,
              Operation.REPLACE, 0);
      for (Operation operation : Operation.values()) {
        if (operation.kind() == Operation.Kind.CALL) {
          operation.run(subject, arena, 0, slots);
          assertThat(subject.count() - MAPPINGS)
              .as("%s after %s", subject.getClass(), operation)
              .isEqualTo(more.get(operation));
        }
      }
      arena.check(subject);
    }
  }

  @Test
  void searchesAgree() {
    for (Operation operation : Operation.values()) {
      if (operation.kind() == Operation.Kind.LOOKUP || operation.kind() == Operation.Kind.GAP) {
        List<Long> results =
            subjects().stream()
                .map(subject -> operation.run(subject, filled(subject), 0, MAPPINGS / 16))
                .distinct()
                .toList();
        assertThat(results).as(operation.name()).hasSize(1);
      }
    }
  }

  @Test
  void aMissIsNoTime() {
    for (Subject subject : subjects()) {
      filled(subject);
      assertThatThrownBy(() -> subject.lookup(Arena.BASE + 5 * PAGE))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aLostMappingIsNoticed() {
    TreeMapSubject subject = new TreeMapSubject();
    Arena arena = filled(subject);
    subject.unmap(arena.slot(0), arena.slotEnd(0));

    assertThatThrownBy(() -> arena.check(subject))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("499 mappings instead of 500");
  }
}
