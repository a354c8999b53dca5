// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {
  @Test
  void everyGeneratedCallCanBeReadBack() {
    for (Vocabulary vocabulary : Vocabulary.values()) {
      TestSpace space = new TestSpace();
      CallGenerator generator = new CallGenerator(5, vocabulary);
      for (int i = 0; i < 2000; i++) {
        Call call = generator.next(space);
        space.run(call);

        assertThat(Call.parse(call.toString())).isEqualTo(call);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameCalls() {
    TestSpace space = new TestSpace();
    CallGenerator one = new CallGenerator(7, Vocabulary.KERNEL);
    CallGenerator other = new CallGenerator(7, Vocabulary.KERNEL);
    for (int i = 0; i < 500; i++) {
      Call call = one.next(space);

      assertThat(other.next(space)).isEqualTo(call);
      space.run(call);
    }
  }

  @Test
  void processesTakeTurns() {
    TestSpace space = new TestSpace();
    Call map = Call.of(Verb.MMAP, TestSpace.BASE, 4096, 3, 0x32, -1, 0);
    space.run(Call.of(Verb.FORK));
    space.run(map);
    int withMapping = space.space().mapCount();
    space.run(Call.of(Verb.SWITCH, 0));

    assertThat(space.space().mapCount()).isEqualTo(withMapping - 1);
    space.run(Call.of(Verb.EXIT));
    assertThat(space.space().mapCount()).isEqualTo(withMapping);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mmap", "mmap(", "nothing(1)", "munmap(1)", "munmap(x, 1)"})
  void otherTextIsNoCall(String text) {
    assertThatThrownBy(() -> Call.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
