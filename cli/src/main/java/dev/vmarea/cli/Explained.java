// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.cause.Remedy;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.whatif.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code explain} has to say of one address space.
 *
 * @param source as the user named it, to be named in what is proposed next
 * @param explanation why it has the VMAs that it has
 * @param history how it came to that; null if only the moment is known
 * @param whatIfs what changes would give, those that were asked for first
 * @param notes what the reader has to know, a sentence each
 */
record Explained(
    String source,
    Explanation explanation,
    @Nullable History history,
    List<WhatIf> whatIfs,
    List<String> notes) {
  /** A cause with less than this share of the boundaries is not worth a paragraph of its own. */
  private static final double WORTH_TELLING = 0.05;

  /** So few boundaries are nobody's trouble. */
  private static final int FEW = 20;

  private static final int MOST_TOLD = 5;

  Explained {
    whatIfs = List.copyOf(whatIfs);
    notes = List.copyOf(notes);
  }

  /** The causes to tell more of: those with a remedy that make up enough. */
  List<Cause> told() {
    List<Cause> told = new ArrayList<>();
    for (Cause cause : explanation.causes().ranked()) {
      boolean much =
          cause.boundaries() >= Math.max(FEW, WORTH_TELLING * explanation.verdicts().size());
      if (cause.remedy() != null && much && told.size() < MOST_TOLD) {
        told.add(cause);
      }
    }
    return told;
  }

  /** The what-if with this name. */
  Optional<WhatIf> whatIf(String name) {
    return whatIfs.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** The names of the what-ifs that the remedies of those causes have. */
  List<String> remedies() {
    List<String> names = new ArrayList<>();
    for (Cause cause : told()) {
      Remedy remedy = cause.remedy();
      if (remedy != null && !remedy.whatIf().isEmpty() && !names.contains(remedy.whatIf())) {
        names.add(remedy.whatIf());
      }
    }
    return names;
  }

  /** The same with what changes would give. */
  Explained with(List<WhatIf> results) {
    return new Explained(source, explanation, history, results, notes);
  }
}
