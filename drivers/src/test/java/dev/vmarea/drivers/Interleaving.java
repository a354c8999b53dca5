// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One order of the steps of several operations: each runs on a thread of its own, one at a time,
 * and waits at its steps until it is its turn again. {@link #each} goes through all orders.
 */
public final class Interleaving implements StepObserver {
  private static final long PATIENCE_SECONDS = 60;

  private final List<Integer> planned;
  private final Set<String> points;
  private final List<Integer> chosen = new ArrayList<>();
  private final List<Integer> alternatives = new ArrayList<>();
  private final List<String> order = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Semaphore turnEnded = new Semaphore(0);

  private Interleaving(List<Integer> planned, Set<String> points) {
    this.planned = planned;
    this.points = points;
  }

  /** An operation on its way. */
  private final class Operation extends Thread {
    private final Runnable body;
    private final Semaphore turn = new Semaphore(0);
    private boolean ended;
    private @Nullable Throwable thrown;

    Operation(String name, Runnable body) {
      super(name);
      this.body = body;
      setDaemon(true);
    }

    @Override
    public void run() {
      turn.acquireUninterruptibly();
      try {
        body.run();
      } catch (RuntimeException | Error e) {
        thrown = e;
      } finally {
        ended = true;
        turnEnded.release();
      }
    }
  }

  /**
   * Runs a race in every order of its steps.
   *
   * @param points the steps at which an operation waits; at others it goes on
   * @param race makes a fresh state, has the order observe it, and calls {@link #run}
   * @return the number of orders
   */
  public static int each(Set<String> points, Consumer<Interleaving> race) {
    int orders = 0;
    for (List<Integer> plan = List.of(); plan != null; orders++) {
      Interleaving one = new Interleaving(plan, points);
      race.accept(one);
      plan = one.next();
    }
    return orders;
  }

  /** The plan after this one, or null. */
  private @Nullable List<Integer> next() {
    for (int last = chosen.size() - 1; last >= 0; last--) {
      if (chosen.get(last) + 1 < alternatives.get(last)) {
        List<Integer> plan = new ArrayList<>(chosen.subList(0, last));
        plan.add(chosen.get(last) + 1);
        return plan;
      }
    }
    return null;
  }

  /** An operation to be run; its steps are named with its name before them: "A: looked-up". */
  public Interleaving with(String name, Runnable body) {
    operations.add(new Operation(name, body));
    return this;
  }

  /** Runs all of them to the end, in this order. */
  public void run() {
    operations.forEach(Thread::start);
    for (List<Operation> left = left(); !left.isEmpty(); left = left()) {
      int turn = chosen.size();
      int choice = turn < planned.size() ? planned.get(turn) : 0;
      chosen.add(choice);
      alternatives.add(left.size());
      left.get(choice).turn.release();
      awaitEndOfTurn();
    }
    for (Operation operation : operations) {
      if (operation.thrown != null) {
        throw new AssertionError(operation.getName() + " in " + order, operation.thrown);
      }
    }
  }

  private List<Operation> left() {
    return operations.stream().filter(operation -> !operation.ended).toList();
  }

  private void awaitEndOfTurn() {
    try {
      if (!turnEnded.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("an operation waits for another one's lock: " + order);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void step(String name) {
    if (Thread.currentThread() instanceof Operation operation) {
      order.add(operation.getName() + ": " + name);
      if (points.contains(name)) {
        turnEnded.release();
        operation.turn.acquireUninterruptibly();
      }
    }
  }

  /** Whether both steps, with their operations' names, were done, the first one earlier. */
  public boolean isBefore(String first, String second) {
    int at = order.indexOf(first);
    return at >= 0 && at < order.indexOf(second);
  }

  /** Whether the step was done. */
  public boolean has(String step) {
    return order.contains(step);
  }

  @Override
  public String toString() {
    return order.toString();
  }
}
