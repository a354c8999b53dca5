// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.ground.Act;
import java.util.List;

/**
 * An act that was done, and what came of it. Immutable.
 *
 * @param result "ok", a negative errno's name, a signal's name, a number that was read, or what was
 *     thrown
 * @param after what is there then
 * @param broken what does not hold then: invariants of machine, address spaces and users
 * @param warnings what Linux would have written to its log meanwhile, but for mere notes
 * @param passed the points that could have failed on the way, in order
 * @param hook what a prepare hook on the way has changed besides its descriptor, and whether it has
 *     kept a lock
 */
public record Step(
    Act act,
    String result,
    State after,
    List<String> broken,
    List<KernelWarning> warnings,
    List<Occurrence> passed,
    HookTrace hook) {
  /** What a prepare hook has left when it returned: counts that it changed, in words; a lock. */
  public record HookTrace(String changes, boolean keepsLock) {}

  /** What a result begins with that is an exception of a hook. */
  static final String THREW = "threw ";

  static String thrown(RuntimeException e) {
    return THREW + e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  /** Keeps its own copies of the lists. */
  public Step {
    broken = List.copyOf(broken);
    warnings = List.copyOf(warnings);
    passed = List.copyOf(passed);
  }

  /** Whether the act was refused. */
  public boolean failed() {
    return result.startsWith("-") || result.startsWith(THREW);
  }

  /** Whether a hook threw something. */
  public boolean threw() {
    return result.startsWith(THREW);
  }

  /** The act without its failures. */
  public Act plainAct() {
    return act instanceof Act.Failing failing ? failing.act() : act;
  }

  /** What failed on purpose. */
  public List<Occurrence> failures() {
    return act instanceof Act.Failing failing ? failing.points() : List.of();
  }
}
