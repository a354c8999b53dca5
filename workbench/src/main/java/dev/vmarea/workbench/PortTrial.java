// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.workbench.explore.RaceExplorer;
import dev.vmarea.workbench.explore.RaceViolation;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.mutants.FaultSwitch;
import dev.vmarea.workbench.mutants.Trial;
import dev.vmarea.workbench.rule.Judge;
import dev.vmarea.workbench.rule.Violation;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks ports with a fault in them, as {@link Workbench} checks ports, but without shortening what
 * it finds: the first thing that is broken and is not so without the fault is enough. Loaded
 * together with the faults. Not thread-safe.
 */
public final class PortTrial implements Trial {
  private final Map<String, Set<String>> known = new HashMap<>();
  private @Nullable String found;

  /** Nothing learned yet. */
  public PortTrial() {}

  private static Subject subject(String user) {
    UserKind kind = UserCatalog.named(user);
    return Subject.of(kind, kind.defaultVariant(Profile.SETTLED), Profile.SETTLED);
  }

  @Override
  public void learn(String user, Duration budget) {
    Set<String> ways = known.computeIfAbsent(user, one -> new HashSet<>());
    FaultSwitch.choose(0);
    check(
        user,
        budget,
        new SubjectCheck.Watch() {
          @Override
          public void tried(Part part, int findings) {}

          @Override
          public void judged(Judge.Judged judged) {
            ways.addAll(ways(judged));
          }

          @Override
          public void raced(RaceViolation violation) {
            ways.add(violation.signature());
          }
        });
  }

  @Override
  public @Nullable String look(String user, int fault, Duration budget) {
    found = null;
    Set<String> ways = known.getOrDefault(user, Set.of());
    FaultSwitch.choose(fault);
    try {
      check(user, budget, new Search(fault, ways));
    } catch (IllegalStateException broken) {
      // A ground cannot be set up with the fault.
      found = found == null ? "the check ends: " + broken.getMessage() : found;
    } finally {
      FaultSwitch.choose(0);
    }
    return found;
  }

  private void check(String user, Duration budget, SubjectCheck.Watch watch) {
    Subject subject = subject(user);
    CheckRequest request = CheckRequest.of(List.of(subject), budget);
    new SubjectCheck(subject, request, () -> found != null, watch).explore();
  }

  private static Set<String> ways(Judge.Judged judged) {
    return judged.violations().stream().map(Violation::signature).collect(Collectors.toSet());
  }

  /** Looks at what is broken, and whether it is so without the fault, too. */
  private final class Search implements SubjectCheck.Watch {
    private final int fault;
    private final Set<String> ways;

    Search(int fault, Set<String> ways) {
      this.fault = fault;
      this.ways = ways;
    }

    @Override
    public void tried(Part part, int findings) {}

    @Override
    public void judged(Judge.Judged judged) {
      for (Violation violation : judged.violations()) {
        if (found == null
            && !ways.contains(violation.signature())
            && !isBrokenWithout(judged.run(), violation.signature())) {
          found = violation.rule().id() + ": " + violation.what();
        }
      }
    }

    private boolean isBrokenWithout(Run run, String signature) {
      FaultSwitch.choose(0);
      try {
        Subject subject = run.subject();
        Judge judge = SubjectCheck.judge(subject);
        ways.addAll(ways(judge.judge(run.ground(), run.acts())));
        return ways.contains(signature);
      } finally {
        FaultSwitch.choose(fault);
      }
    }

    @Override
    public void raced(RaceViolation violation) {
      if (found != null || ways.contains(violation.signature())) {
        return;
      }
      FaultSwitch.choose(0);
      try {
        new RaceExplorer(RaceExplorer.USUAL, () -> false)
            .explore(violation.race(), one -> ways.add(one.signature()));
      } finally {
        FaultSwitch.choose(fault);
      }
      if (!ways.contains(violation.signature())) {
        found = violation.rule().id() + ": " + violation.what();
      }
    }
  }
}
