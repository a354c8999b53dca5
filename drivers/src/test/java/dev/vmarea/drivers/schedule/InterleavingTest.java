// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterleavingTest {
  private static final List<String> NAMES = List.of("A", "B");

  private static Runnable steps(Interleaving order, String... names) {
    return () -> {
      for (String name : names) {
        order.step(name);
      }
    };
  }

  @ParameterizedTest
  @CsvSource({"0,2", "1,6", "2,14", "3,18", "4,20", "100,20"})
  void ordersWithinABound(int preemptions, int expected) {
    TreeSet<String> seen = new TreeSet<>();
    int orders =
        new Orders(preemptions, Integer.MAX_VALUE)
            .each(
                null,
                order -> {
                  order
                      .with("A", steps(order, "one", "two"))
                      .with("B", steps(order, "three", "four"))
                      .run();
                  return seen.add(order.schedule().toString());
                });

    assertThat(orders).isEqualTo(expected);
    assertThat(seen).hasSize(expected);
  }

  @Test
  void noMoreOrdersThanAsked() {
    int orders =
        new Orders(9, 7)
            .each(
                null,
                order -> {
                  order.with("A", steps(order, "1", "2")).with("B", steps(order, "3", "4")).run();
                  return true;
                });

    assertThat(orders).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoMeetsALockWaitsAndGoesOn(boolean monitor) {
    List<String> waited = new ArrayList<>();
    int orders =
        Orders.ALL.each(
            null,
            order -> {
              ReentrantLock lock = new ReentrantLock();
              int[] inside = {0, 0};
              Runnable body =
                  () -> {
                    inside[1] += ++inside[0] == 1 ? 1 : 100;
                    order.step("inside");
                    inside[0]--;
                  };
              Runnable operation =
                  () -> {
                    order.step("outside");
                    if (monitor) {
                      synchronized (lock) {
                        body.run();
                      }
                    } else {
                      lock.lock();
                      try {
                        body.run();
                      } finally {
                        lock.unlock();
                      }
                    }
                  };
              order.with("A", operation).with("B", operation).run();
              assertThat(order.isAsPlanned()).as(order.toString()).isTrue();
              assertThat(inside[1]).as(order.toString()).isEqualTo(2);
              order.steps().stream().filter(step -> step.endsWith("waits")).forEach(waited::add);
              return true;
            });

    assertThat(orders).isGreaterThan(10);
    assertThat(waited).contains("A: waits", "B: waits");
  }

  private static void both(Interleaving order, ReentrantLock first, ReentrantLock second) {
    first.lock();
    try {
      order.step("holds one");
      second.lock();
      try {
        order.step("holds both");
      } finally {
        second.unlock();
      }
    } finally {
      first.unlock();
    }
  }

  /** Runs orders until one does not end. */
  private static @Nullable String deadlock(int preemptions, List<String> schedules) {
    String[] found = {null};
    new Orders(preemptions, 100)
        .each(
            null,
            order -> {
              ReentrantLock one = new ReentrantLock();
              ReentrantLock other = new ReentrantLock();
              try {
                order
                    .with("A", () -> both(order, one, other))
                    .with("B", () -> both(order, other, one))
                    .run();
                return true;
              } catch (Deadlock deadlock) {
                found[0] = deadlock.getMessage();
                schedules.add(order.schedule().toString());
                return false;
              }
            });
    return found[0];
  }

  @Test
  void deadlockIsToldAndNotHungOn() {
    List<String> schedules = new ArrayList<>();

    assertThat(deadlock(0, schedules)).as("one after the other").isNull();
    assertThat(deadlock(1, schedules))
        .isEqualTo(
            "A waits in InterleavingTest.both for B; B waits in InterleavingTest.both for A");
    assertThat(schedules).containsExactly("A B*2 A");
  }

  @Test
  void lockThatIsNeverReleasedIsADeadlock() {
    ReentrantLock lock = new ReentrantLock();
    Interleaving order = Interleaving.of(Schedule.parse("A B"), null, NAMES);
    order.with("A", lock::lock).with("B", lock::lock);

    assertThatThrownBy(order::run)
        .isInstanceOf(Deadlock.class)
        .hasMessageContaining("for A, which has ended");
  }

  @Test
  void scheduleIsRepeated() {
    List<String> schedules = new ArrayList<>();
    List<List<String>> steps = new ArrayList<>();
    Orders.ALL.each(
        null,
        order -> {
          ReentrantLock lock = new ReentrantLock();
          race(order, lock);
          schedules.add(order.schedule().toString());
          steps.add(order.steps());
          return true;
        });
    for (int i = 0; i < schedules.size(); i++) {
      Interleaving again = Interleaving.of(Schedule.parse(schedules.get(i)), null, NAMES);
      race(again, new ReentrantLock());
      assertThat(again.isAsPlanned()).isTrue();
      assertThat(again.steps()).isEqualTo(steps.get(i));
    }
    assertThat(schedules).hasSizeGreaterThan(5).doesNotHaveDuplicates();
  }

  private static void race(Interleaving order, ReentrantLock lock) {
    Runnable operation =
        () -> {
          lock.lock();
          try {
            order.step("locked");
          } finally {
            lock.unlock();
          }
          order.step("unlocked");
        };
    order.with("A", operation).with("B", operation).run();
  }

  @Test
  void scheduleThatCannotBeIsNoticed() {
    Interleaving order = Interleaving.of(Schedule.parse("A*5 B"), null, NAMES);
    order.with("A", steps(order, "one")).with("B", steps(order, "two")).run();

    assertThat(order.isAsPlanned()).isFalse();
    assertThatThrownBy(() -> Interleaving.of(Schedule.parse("A C"), null, NAMES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("C");
  }

  @Test
  void schedulesInText() {
    assertThat(Schedule.parse("A A B A")).isEqualTo(Schedule.parse("A*2 B A"));
    assertThat(Schedule.parse(" A A A B ").toString()).isEqualTo("A*3 B");
    assertThat(Schedule.parse("A*2 B A").switches()).isEqualTo(2);
    for (String wrong : List.of("", "*3", "A*", "A*0", "A*x")) {
      assertThatThrownBy(() -> Schedule.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatAnOperationThrowsIsThrown() {
    Interleaving order = Interleaving.of(Schedule.parse("A"), null, NAMES);
    order.with(
        "A",
        () -> {
          throw new IllegalArgumentException("wrong");
        });

    assertThatThrownBy(order::run)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("wrong");
  }
}
