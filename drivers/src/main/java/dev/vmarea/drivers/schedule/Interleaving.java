// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import dev.vmarea.drivers.StepObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One order of the steps of several operations: each runs on a thread of its own, one at a time,
 * and stops at its steps until it is its turn again.
 *
 * <p>An operation that meets a lock which another one holds loses its turn. When it gets the lock
 * it goes on to its next step, and whose turn it is next is decided after that. If nobody can go on
 * that is a {@link Deadlock}.
 *
 * <p>One thread decides at a time: the one whose turn it is, at its steps and at its end, or the
 * one in {@link #run} when that one is blocked.
 */
public final class Interleaving implements StepObserver {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  /** How often is looked whether the one whose turn it is waits. */
  private static final long LOOK = TimeUnit.MICROSECONDS.toNanos(50);

  /** How long somebody must sleep, without a lock that it wants, to be waiting for others. */
  private static final long SLEEPS = TimeUnit.MILLISECONDS.toNanos(3);

  /** How long somebody must wait for a lock that nobody here holds; it may just not run yet. */
  private static final long WAITS_FOR_EVER = TimeUnit.MILLISECONDS.toNanos(200);

  /** How long they must wait for each other; more than a look, lest one had just not run yet. */
  private static final long CERTAIN = TimeUnit.MILLISECONDS.toNanos(5);

  private final Choices choices;
  private final @Nullable Set<String> points;
  private final List<String> order = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Object token = new Object();
  private volatile @Nullable Operation current; // changed with the token
  private volatile boolean done;
  private @Nullable Thread starter;

  Interleaving(Choices choices, @Nullable Set<String> points) {
    this.choices = choices;
    this.points = points;
  }

  /**
   * Runs a race in every order of its steps.
   *
   * @param points the steps at which an operation stops; at others it goes on
   * @param race makes a fresh state, has the order observe it, and calls {@link #run}
   * @return the number of orders
   */
  public static int each(Set<String> points, Consumer<Interleaving> race) {
    return Orders.ALL.each(
        points,
        order -> {
          race.accept(order);
          return true;
        });
  }

  /**
   * The order that a schedule tells, of operations with these names.
   *
   * @param points as for {@link Orders#each}
   * @param names of all operations, in the order in which they will be added
   * @throws IllegalArgumentException if there is no operation of a name
   */
  public static Interleaving of(
      Schedule schedule, @Nullable Set<String> points, List<String> names) {
    List<Integer> turns = new ArrayList<>();
    for (String name : schedule.turns()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("no operation " + name + " in a schedule of " + names);
      }
      turns.add(names.indexOf(name));
    }
    return new Interleaving(new Choices(new Choices.Plan(turns, 0)), points);
  }

  /** An operation to be run; its steps are named with its name before them: "A: looked-up". */
  public Interleaving with(String name, Runnable body) {
    operations.add(new Operation(this, name, body));
    return this;
  }

  /**
   * Runs all of them to the end, in this order.
   *
   * @throws Deadlock if they wait for each other, or for what one has not released at its end
   * @throws IllegalStateException if one of them throws something, or none gets anywhere
   */
  public void run() {
    starter = Thread.currentThread();
    synchronized (token) {
      next();
    }
    long begin = System.nanoTime();
    long blockedSince = 0;
    while (!done) {
      LockSupport.parkNanos(this, LOOK);
      if (done) {
        break;
      }
      long now = System.nanoTime();
      Operation running = current;
      if (running == null) {
        blockedSince = resolve(blockedSince, now);
      } else {
        blockedSince = 0;
        look(running);
      }
      if (now - begin > PATIENCE) {
        throw new IllegalStateException("no operation gets anywhere: " + order);
      }
    }
    for (Operation operation : operations) {
      Throwable thrown = operation.thrown();
      if (thrown != null) {
        throw new IllegalStateException(operation.getName() + " in " + order, thrown);
      }
    }
  }

  /** Takes the turn away from whom waits for another one. */
  private void look(Operation running) {
    if (!isBlocked(running)) {
      return;
    }
    synchronized (token) {
      if (current == running && running.phase() == Operation.Phase.RUNNING) {
        running.phase(Operation.Phase.BLOCKED);
        order.add(running.getName() + ": waits");
        next();
      }
    }
  }

  /** Nobody has the turn: somebody who was blocked may stop yet, else they wait for ever. */
  private long resolve(long since, long now) {
    synchronized (token) {
      if (current != null) {
        return 0;
      }
      next();
      if (current != null || done) {
        return 0;
      }
    }
    long patience = CERTAIN;
    for (Operation operation : operations) {
      if (operation.phase() != Operation.Phase.ENDED) {
        LockWait wait = LockWait.of(operation);
        if (wait == null) {
          return 0;
        } else if (owner(wait) == null) {
          patience = WAITS_FOR_EVER;
        }
      }
    }
    if (since != 0 && now - since > patience) {
      throw new Deadlock(waits());
    }
    return since == 0 ? now : since;
  }

  private String waits() {
    StringBuilder text = new StringBuilder();
    for (Operation operation : operations) {
      if (operation.phase() != Operation.Phase.ENDED) {
        LockWait wait = LockWait.of(operation);
        Operation owner = wait == null ? null : owner(wait);
        text.append(text.isEmpty() ? "" : "; ")
            .append(operation.getName())
            .append(" waits in ")
            .append(LockWait.place(operation));
        if (owner != null) {
          text.append(" for ").append(owner.getName());
          text.append(owner.phase() == Operation.Phase.ENDED ? ", which has ended" : "");
        }
      }
    }
    return text.toString();
  }

  /** Gives the next turn, with the token; whether the caller's operation keeps it. */
  private boolean next() {
    settle();
    List<Integer> ready = new ArrayList<>();
    boolean ended = true;
    for (int i = 0; i < operations.size(); i++) {
      Operation.Phase phase = operations.get(i).phase();
      ended &= phase == Operation.Phase.ENDED;
      if (phase == Operation.Phase.STOPPED) {
        ready.add(i);
      }
    }
    Operation before = current;
    if (ready.isEmpty()) {
      current = null;
      done = ended;
      LockSupport.unpark(starter);
      return false;
    }
    int last = choices.made().isEmpty() ? -1 : choices.made().getLast();
    Operation chosen = operations.get(choices.choose(ready, last < 0 ? null : last));
    current = chosen;
    if (chosen == before && chosen == Thread.currentThread()) {
      chosen.phase(Operation.Phase.RUNNING);
      return true;
    }
    chosen.resume();
    return false;
  }

  /** Until each that was blocked is so still, or has come to its next step or end. */
  private void settle() {
    for (Operation operation : operations) {
      if (operation.phase() == Operation.Phase.BLOCKED) {
        while (operation.phase() == Operation.Phase.BLOCKED && !isBlocked(operation)) {
          LockSupport.parkNanos(this, LOOK / 5);
        }
      }
      if (operation.phase() != Operation.Phase.BLOCKED && !operation.late().isEmpty()) {
        order.addAll(operation.late());
        operation.late().clear();
      }
    }
  }

  /** Whether it waits for another one, or has for so long waited for nobody that is known. */
  private boolean isBlocked(Operation operation) {
    long begin = System.nanoTime();
    while (true) {
      Operation.Phase before = operation.phase();
      LockWait wait = LockWait.of(operation);
      if (wait == null
          || operation.phase() != before
          || before == Operation.Phase.STOPPED
          || before == Operation.Phase.ENDED) {
        return false;
      }
      Operation owner = owner(wait);
      if (owner != null && owner != operation && owner.phase() != Operation.Phase.RUNNING) {
        return true;
      } else if (System.nanoTime() - begin > (wait.isForLock() ? WAITS_FOR_EVER : SLEEPS)) {
        return true;
      }
      LockSupport.parkNanos(this, LOOK);
    }
  }

  private @Nullable Operation owner(LockWait wait) {
    for (Operation operation : operations) {
      if (operation.threadId() == wait.owner()) {
        return operation;
      }
    }
    return null;
  }

  /**
   * Runs something that may wait for what others have left locked.
   *
   * @throws Deadlock if it waits for ever
   * @throws IllegalStateException if it throws something
   */
  public static void alone(String name, Runnable body) {
    new Interleaving(new Choices(Choices.Plan.NONE), Set.of()).with(name, body).run();
  }

  /** Adds something to the steps of the operation whose thread calls, without a stop. */
  public void note(String text) {
    if (Thread.currentThread() instanceof Operation operation && operations.contains(operation)) {
      tell(operation, operation.getName() + ": " + text);
    }
  }

  @Override
  public void step(String name) {
    if (!(Thread.currentThread() instanceof Operation operation)
        || !operations.contains(operation)) {
      return;
    }
    String step = operation.getName() + ": " + name;
    boolean stops = points == null || points.contains(name);
    if (!stops) {
      tell(operation, step);
      return;
    }
    tell(operation, step);
    if (!arrive(operation, Operation.Phase.STOPPED)) {
      operation.awaitTurn();
    }
  }

  /** On the operation's thread. */
  void ended(Operation operation) {
    arrive(operation, Operation.Phase.ENDED);
  }

  private void tell(Operation operation, String step) {
    if (current == operation) {
      order.add(step);
    } else {
      operation.late().add(step);
    }
  }

  /** Whether it goes on at once: it had the turn and keeps it. */
  private boolean arrive(Operation operation, Operation.Phase phase) {
    boolean decides = current == operation;
    operation.phase(phase);
    if (decides) {
      synchronized (token) {
        return current == operation && next();
      }
    }
    return false;
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

  /** All steps so far, each with its operation's name, and who has met a lock: "B: waits". */
  public List<String> steps() {
    return List.copyOf(order);
  }

  /** What repeats it. */
  public Schedule schedule() {
    return new Schedule(
        choices.made().stream().map(number -> operations.get(number).getName()).toList());
  }

  /** Whether it was the order that was asked for: else an operation was not ready for its turn. */
  public boolean isAsPlanned() {
    return choices.isKept();
  }

  List<Choices.Plan> otherPlans() {
    return choices.others();
  }

  @Override
  public String toString() {
    return order.toString();
  }
}
