// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a mapping call that fails leaves: before the point of no return everything as it was (but
 * for cuts), behind it a gap where older mappings were, as munmap would leave one; and nothing of
 * its own, be it mapped, charged, counted or reserved.
 */
public final class Unwound {
  private static final String FRAMES = "page frames";

  private Unwound() {}

  /** What is broken, in the order in which it shows. */
  public static List<Violation> judge(Run run) {
    List<Violation> found = new ArrayList<>();
    for (int i = run.setups(); i < run.steps().size(); i++) {
      Step step = run.steps().get(i);
      if (step.failed() && !step.threw() && step.plainAct() instanceof Act.Placing call) {
        judge(run, i, call, found);
      }
    }
    return found;
  }

  private static void judge(Run run, int index, Act.Placing call, List<Violation> found) {
    long end = call.page() + call.pages();
    List<Violation> exact = judge(run, index, call, end);
    long unit = run.ground().unitPages();
    boolean leaves =
        exact.stream().anyMatch(one -> one.rule() == Rule.FAILED_CALL_LEAVES_NO_MAPPING);
    // Of huge pages a length is rounded up to whole ones.
    found.addAll(
        leaves && call.pages() % unit != 0
            ? judge(run, index, call, call.page() + (call.pages() + unit - 1) / unit * unit)
            : exact);
  }

  private static List<Violation> judge(Run run, int index, Act.Placing call, long end) {
    List<Violation> found = new ArrayList<>();
    Step step = run.steps().get(index);
    State before = run.before(index);
    State after = step.after();
    long from = call.page();
    List<Area> old = before.in(call.process(), from, end);
    List<Area> now = after.in(call.process(), from, end);
    boolean kept = State.lines(now).equals(State.lines(old));
    if (!kept && !now.isEmpty()) {
      found.add(
          new Violation(
              Rule.FAILED_CALL_LEAVES_NO_MAPPING,
              index,
              step.result() + ", but mapped: " + String.join("; ", State.lines(now))));
      return found;
    }
    List<String> outside = State.lines(before.outside(call.process(), from, end));
    List<String> outsideNow = State.lines(after.outside(call.process(), from, end));
    if (!outside.equals(outsideNow)) {
      found.add(
          new Violation(
              Rule.FAILED_CALL_LEAVES_NO_MAPPING,
              index,
              step.result() + ", and around it is now " + String.join("; ", outsideNow)));
      return found;
    }
    State expected = kept ? before : Reference.instead(run, index, gap(call, end));
    boolean cut = kept && before.areas().size() != after.areas().size();
    long charge = charge(after) - charge(expected);
    if (charge != 0) {
      long mine = call instanceof Act.Map map && isAccountable(map) ? call.pages() : 0;
      found.add(
          new Violation(
              Rule.FAILED_CALL_GIVES_CHARGE_BACK,
              index,
              step.result() + ", but " + ofWhom(charge, mine, accounted(old))));
    }
    if (cut) {
      return found; // cuts stay, and may be counted
    }
    String held =
        CountChange.between(expected.counts(), after.counts(), Set.of(CountChange.CHARGE, FRAMES));
    long frames =
        after.counts().getOrDefault(FRAMES, 0L) - expected.counts().getOrDefault(FRAMES, 0L);
    if (frames > 0) {
      held += (held.isEmpty() ? "" : ", ") + FRAMES + " +" + frames;
    }
    if (!held.isEmpty()) {
      found.add(
          new Violation(Rule.FAILED_CALL_HOLDS_NOTHING, index, step.result() + ", but " + held));
    }
    return found;
  }

  private static Act gap(Act.Placing call, long end) {
    return new Act.Unmap(call.process(), call.page(), end - call.page());
  }

  private static boolean isAccountable(Act.Map map) {
    return (map.flags() & MapFlags.TYPE) == MapFlags.PRIVATE && (map.prot() & Prot.WRITE) != 0;
  }

  private static String ofWhom(long charge, long mine, long old) {
    if (charge < 0) {
      return "charge " + charge + ": less than what is mapped";
    }
    String whose =
        old == 0 || charge == mine - old
            ? "the mapping that failed"
            : charge == old ? "what it replaced" : "the mapping that failed and what it replaced";
    return "charge +" + charge + " stays, taken for " + whose;
  }

  private static long charge(State state) {
    return state.counts().getOrDefault(CountChange.CHARGE, 0L);
  }

  private static long accounted(List<Area> areas) {
    return areas.stream()
        .filter(area -> VmFlags.has(area.flags(), VmFlags.ACCOUNT))
        .mapToLong(Area::pages)
        .sum();
  }
}
