// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping that merges with its neighbours leaves of its hook: nothing. Neighbours keep their
 * callbacks and private data, and all that is counted is as if the whole had been mapped at once.
 */
public final class Merged {
  private Merged() {}

  /** What is broken, in the order in which it shows. */
  public static List<Violation> judge(Run run) {
    List<Violation> found = new ArrayList<>();
    for (int i = run.setups(); i < run.steps().size(); i++) {
      Step step = run.steps().get(i);
      if (step.result().equals("ok") && step.plainAct() instanceof Act.Map call) {
        neighbours(run, i, call, found);
        trace(run, i, call, found);
      }
    }
    return found;
  }

  private static void neighbours(Run run, int index, Act.Map call, List<Violation> found) {
    State after = run.steps().get(index).after();
    long unit = call.handle() >= 0 ? run.ground().unitPages() : 1;
    long end = call.page() + (call.pages() + unit - 1) / unit * unit;
    for (Area old : run.before(index).areas()) {
      if (old.process() != call.process()) {
        continue;
      }
      for (Area now : after.in(call.process(), call.page(), end)) {
        boolean joined =
            now.vma().start() <= old.vma().start()
                && now.vma().end() >= old.vma().end()
                && !old.overlaps(call.page(), end);
        if (joined && old.vma().ops() != now.vma().ops()) {
          found.add(
              new Violation(
                  Rule.MERGE_KEEPS_NEIGHBOUR, index, "the neighbour has other callbacks now"));
        } else if (joined && old.vma().privateData() != now.vma().privateData()) {
          found.add(
              new Violation(
                  Rule.MERGE_KEEPS_NEIGHBOUR, index, "the neighbour has other private data now"));
        }
      }
    }
  }

  private static void trace(Run run, int index, Act.Map call, List<Violation> found) {
    if (index == run.setups()
        || !(run.steps().get(index - 1).act() instanceof Act.Map before)
        || !run.steps().get(index - 1).result().equals("ok")) {
      return;
    }
    Act.Map whole = union(before, call);
    if (whole == null || run.steps().get(index).act() instanceof Act.Failing) {
      return;
    }
    State both = run.steps().get(index).after();
    if (both.in(call.process(), whole.page(), whole.page() + whole.pages()).size() != 1) {
      return;
    }
    State once = Reference.instead(run, index - 1, whole);
    String more = CountChange.between(once.counts(), both.counts(), Set.of());
    if (!more.isEmpty() && !once.in(call.process(), whole.page(), whole.page() + 1).isEmpty()) {
      found.add(
          new Violation(Rule.MERGE_LEAVES_NO_TRACE, index, "more than for the whole: " + more));
    }
  }

  private static Act.@Nullable Map union(Act.Map a, Act.Map b) {
    Act.Map low = a.page() < b.page() ? a : b;
    Act.Map high = low == a ? b : a;
    boolean alike =
        low.process() == high.process()
            && low.handle() == high.handle()
            && low.handle() >= 0
            && low.prot() == high.prot()
            && low.flags() == high.flags()
            && low.page() + low.pages() == high.page()
            && low.offset() + low.bytes() == high.offset();
    return alike ? low.part(low.bytes() + high.bytes(), low.offset()) : null;
  }
}
