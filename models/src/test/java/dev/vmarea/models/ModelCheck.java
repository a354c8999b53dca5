// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * One scenario: what each thread calls, what is called before and behind. {@link #run} tries
 * schedules of the threads, first all with one switch between them, then with two, and so on, as
 * many as it may ({@code -Dvmarea.models.effort=N} for N times as many). The results of each must
 * be those of some order of the calls, one after the other; no thread may wait for ever.
 *
 * <p>The methods of the model's class are the calls. A failure prints the calls, their results, and
 * the schedule, step by step.
 */
final class ModelCheck {
  private static final int EFFORT = Integer.getInteger("vmarea.models.effort", 1);

  /**
   * From the so many-th iteration on, a loop is taken for one that waits, and another thread goes
   * on. Must be more than the loops of {@link #before} have, where nobody else could: Lincheck
   * would end its search there, and say nothing.
   */
  private static final int WAITING_ITERATIONS = 20;

  private static final AtomicInteger TRIED = new AtomicInteger();

  private final Class<? extends Model> model;
  private final List<String> atomic = new ArrayList<>();
  private final List<Actor> before = new ArrayList<>();
  private final List<List<Actor>> threads = new ArrayList<>();
  private final List<Actor> behind = new ArrayList<>();

  ModelCheck(Class<? extends Model> model) {
    this.model = model;
  }

  /** What the calls are methods of; one is made for each schedule. */
  abstract static class Model {
    Model() {
      ModelCheck.begun();
    }
  }

  private static void begun() {
    TRIED.incrementAndGet();
  }

  /** One call of the model, by its method's name. */
  record Call(String name, List<Object> arguments) {}

  static Call call(String name, Object... arguments) {
    return new Call(name, List.of(arguments));
  }

  /** Called before the threads begin. */
  ModelCheck before(Call... calls) {
    before.addAll(actors(calls));
    return this;
  }

  /** One more thread, and what it calls. */
  ModelCheck thread(Call... calls) {
    threads.add(actors(calls));
    return this;
  }

  /** Called when the threads have ended. */
  ModelCheck behind(Call... calls) {
    behind.addAll(actors(calls));
    return this;
  }

  /**
   * No switches inside of these classes, or packages: another model is about them. Only for what
   * does not wait for other threads in its middle.
   */
  ModelCheck atomic(String... prefixes) {
    atomic.addAll(Arrays.asList(prefixes));
    return this;
  }

  /** Tries so many schedules, times the effort asked for. */
  void run(int schedules) {
    int wanted = schedules * EFFORT;
    int triedBefore = TRIED.get();
    ModelCheckingOptions options =
        new ModelCheckingOptions()
            .iterations(0)
            .invocationsPerIteration(wanted)
            .minimizeFailedScenario(false)
            .loopIterationsBeforeThreadSwitch(WAITING_ITERATIONS)
            .loopBound(5000) // walks over a whole table are loops, too
            .addGuarantee(
                forClasses(World.class.getName(), ModelCheck.class.getName()).allMethods().ignore())
            .addCustomScenario(new ExecutionScenario(before, threads, behind, null));
    for (String prefix : atomic) {
      options.addGuarantee(
          forClasses(name -> name.startsWith(prefix)).allMethods().treatAsAtomic());
    }
    options.check(model);
    assertThat(TRIED.get() - triedBefore).as("schedules tried").isGreaterThanOrEqualTo(wanted);
  }

  private List<Actor> actors(Call... calls) {
    return Arrays.stream(calls).map(this::actor).toList();
  }

  private Actor actor(Call call) {
    for (Method method : model.getMethods()) {
      if (method.getName().equals(call.name())) {
        return new Actor(method, call.arguments());
      }
    }
    throw new IllegalArgumentException(model + " has no " + call.name());
  }
}
