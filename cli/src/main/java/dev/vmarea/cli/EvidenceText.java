// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.replay.EvidenceSummary;
import java.util.ArrayList;
import java.util.List;

/** How it is known which memory was written, in half a sentence. */
final class EvidenceText {
  private EvidenceText() {}

  static String of(EvidenceSummary evidence) {
    if (!evidence.recorded()) {
      return evidence.inferred() > 0
          ? "none recorded; " + Counted.of(evidence.inferred(), "fact") + " inferred"
          : "none recorded";
    }
    List<String> parts = new ArrayList<>();
    if (evidence.observed() > 0) {
      parts.add(Counted.of(evidence.observed(), "write fault") + " observed in order");
    }
    if (evidence.seen() > 0) {
      parts.add(Counted.of(evidence.seen(), "written VMA") + " seen");
    }
    if (evidence.inferred() > 0) {
      parts.add(Counted.number(evidence.inferred()) + " inferred");
    }
    if (evidence.grown() > 0) {
      parts.add(Counted.of(evidence.grown(), "stack growth") + " seen");
    }
    return parts.isEmpty() ? "recorded, and none was needed" : String.join(", ", parts);
  }
}
