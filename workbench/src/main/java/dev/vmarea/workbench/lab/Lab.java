// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.mounts.Leftovers;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.pagetable.EntryRun;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A machine with a subject on it, to which acts are done. After each everything is checked and
 * looked at. Not thread-safe, but for {@link #call}, which may be used by several threads at once.
 */
public final class Lab {
  private final Ground ground;
  private final Machine machine;
  private final MountedUsers users;
  private final Leftovers before;
  private final Actor actor;
  private final List<KernelWarning> warnings = new ArrayList<>();
  private boolean watchingLocks;

  /**
   * What is found when all have gone.
   *
   * @param broken what does not hold
   * @param warnings what Linux would have written to its log on the way
   * @param left what is still in use; empty if nothing
   * @param unlinked the files that were unlinked
   */
  public record End(
      List<String> broken, List<KernelWarning> warnings, String left, List<String> unlinked) {
    /** Both in words. */
    List<String> wrong() {
      List<String> all = new ArrayList<>(broken);
      warnings.forEach(warning -> all.add(warning.kind() + ": " + warning.text()));
      return all;
    }
  }

  /**
   * A machine with the subject at its usual path, nothing done yet. Its process may do everything.
   *
   * @throws ErrnoException ENOMEM without memory for it
   * @throws IllegalArgumentException if the ground's settings do not fit, or the profile cannot
   *     have the variant
   */
  public Lab(Subject subject, Ground ground) throws ErrnoException {
    this.ground = ground;
    KernelConfig config = ground.architecture().limit(KernelConfig.standard());
    machine = new Machine(config, subject.profile(), ground.architecture());
    machine.kernel().warnings(this::warned);
    users = plan(subject, ground).mount(machine);
    before = Leftovers.of(machine, users);
    AddressSpace space =
        machine.newAddressSpace(
            ProgramLayout.standard(config.taskSize()), new Task(new ResourceLimits(), -1L));
    actor = new Actor(machine, users, space);
  }

  /** What is mounted. */
  public static MountPlan plan(Subject subject, Ground ground) {
    MountPlan.Entry entry =
        new MountPlan.Entry(
            subject.kind(), subject.variant().name(), ground.settings(), subject.isStacked());
    return MountPlan.EMPTY.with(subject.kind().usualPath(), entry);
  }

  private synchronized void warned(KernelWarning warning) {
    if (warning.kind() != KernelWarning.Kind.NOTE) {
      warnings.add(warning);
    }
  }

  /** What Linux would have written to its log since this was asked last, but for mere notes. */
  public synchronized List<KernelWarning> newWarnings() {
    List<KernelWarning> all = List.copyOf(warnings);
    warnings.clear();
    return all;
  }

  /** From now on looks at the locks that hooks keep, which takes a while each time. */
  public void watchLocks() {
    watchingLocks = true;
  }

  /** The machine. */
  public Machine machine() {
    return machine;
  }

  /** The users on it. */
  public MountedUsers users() {
    return users;
  }

  /** The files that were opened, in order, themselves and not what is stacked on them; a copy. */
  public List<OpenFile> opened() {
    return actor.opened();
  }

  /**
   * Does what the ground asks for. A hook that throws is for others to judge.
   *
   * @throws IllegalStateException if an act of it fails
   */
  public List<Step> setUp() {
    List<Step> steps = ground.setup().stream().map(this::perform).toList();
    for (Step step : steps) {
      if (step.failed() && !step.threw()) {
        throw new IllegalStateException(
            "ground " + ground.name() + ": " + step.act() + " = " + step.result());
      }
    }
    return steps;
  }

  /** Does an act, and looks at what came of it. */
  public Step perform(Act act) {
    List<Occurrence> wanted = act instanceof Act.Failing failing ? failing.points() : List.of();
    Act plain = act instanceof Act.Failing one ? one.act() : act;
    boolean maps = plain instanceof Act.Map map && map.handle() != Act.ANONYMOUS; // has a hook
    HookWatch watch =
        maps
            ? new HookWatch(() -> Leftovers.of(machine, users).counts(), watchingLocks)
            : HookWatch.NONE;
    Failures failures = new Failures(wanted, watch);
    machine.kernel().failures(failures);
    int held = watchingLocks ? HookWatch.held() : 0;
    String result;
    try {
      result = call(act);
    } finally {
      machine.kernel().failures(FailurePlan.NONE);
    }
    boolean keepsLock = watch.keepsLock() || watchingLocks && HookWatch.held() > held;
    Step.HookTrace hook = new Step.HookTrace(watch.changes(), keepsLock);
    return new Step(act, result, state(), check(), newWarnings(), failures.passed(), hook);
  }

  /**
   * Does an act without looking.
   *
   * @return as {@link Step#result}
   */
  public String call(Act act) {
    Act plain = act instanceof Act.Failing failing ? failing.act() : act;
    try {
      return actor.act(plain);
    } catch (RuntimeException e) {
      return Step.thrown(e);
    }
  }

  /** Checks all invariants; what does not hold. */
  public List<String> check() {
    Set<String> broken = new LinkedHashSet<>();
    check(broken, machine::verify);
    check(broken, users::verify);
    actor.spaces().forEach(space -> check(broken, space::verify));
    return List.copyOf(broken);
  }

  private static void check(Set<String> broken, Runnable verification) {
    try {
      verification.run();
    } catch (IllegalStateException e) {
      broken.add(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      broken.add(Step.thrown(e)); // of a callback, or of a user that is beside itself
    }
  }

  /** What is there now. */
  public State state() {
    List<Area> areas = new ArrayList<>();
    actor
        .processes()
        .forEach((number, space) -> {
          for (Vma vma : space.vmas()) {
            areas.add(Area.of(number, vma, actor.window(), entries(space, vma)));
          }
        });
    SortedMap<String, Long> counts = new TreeMap<>(Leftovers.of(machine, users).counts());
    actor.sizes().forEach((handle, size) -> counts.put("size of file " + handle, size));
    return new State(areas, counts, users.traces());
  }

  private List<Area.Entries> entries(AddressSpace space, Vma vma) {
    PageTables tables = space.pageTables();
    if (tables == null) {
      return List.of();
    }
    List<Area.Entries> entries = new ArrayList<>();
    for (EntryRun run : tables.runs(vma.start(), vma.end())) {
      Area.Entries next = EntryText.of(machine, actor.window(), run);
      if (!entries.isEmpty() && entries.getLast().continues(next)) {
        next = entries.removeLast().joined(next);
      }
      entries.add(next);
    }
    return entries;
  }

  /** Everybody goes: processes end, files are closed and unlinked, the users taken away. */
  public End end() {
    Set<String> broken = new LinkedHashSet<>();
    check(broken, () -> broken.addAll(actor.endAll())); // a free page may be used, too
    List<String> unlinked = new ArrayList<>();
    check(broken, () -> unlinked.addAll(actor.unlinkAll()));
    broken.addAll(check());
    List<KernelWarning> last = newWarnings();
    AtomicReference<String> left = new AtomicReference<>("");
    check(broken, () -> left.set(Leftovers.atEnd(machine, users, before)));
    machine.kernel().memory().retire();
    return new End(List.copyOf(broken), last, left.get(), unlinked);
  }
}
