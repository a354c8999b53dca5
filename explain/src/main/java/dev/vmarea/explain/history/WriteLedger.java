// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.AddressSpace;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.trace.replay.ReplayFollower;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * How it is known that memory was written, by the identity that it got then. What no evidence gave
 * a call gave, such as mlock: that is observed. For one thread.
 */
final class WriteLedger {
  // AnonVma compares by identity, so this map does, too.
  private final Map<AnonVma, Evidence> known = new WeakHashMap<>();

  /** Memory began as {@code space}: what was written there was seen as pages. */
  void began(AddressSpace space) {
    for (Vma vma : space.vmas()) {
      AnonVma identity = vma.anon();
      if (identity != null) {
        known.put(identity, Evidence.SEEN);
      }
    }
  }

  /** {@code child} began as a copy of {@code parent}. */
  void forked(AddressSpace parent, AddressSpace child) {
    for (Vma vma : child.vmas()) {
      AnonVma identity = vma.anon();
      Vma same = identity == null ? null : parent.lookup(vma.start());
      AnonVma copied = same == null ? null : same.anon();
      if (identity != null && copied != null && known.containsKey(copied)) {
        known.put(identity, of(copied));
      }
    }
  }

  /** A piece of memory got an identity; the strongest evidence for it counts. */
  void written(AnonVma identity, ReplayFollower.Write how) {
    known.merge(
        identity,
        switch (how) {
          case OBSERVED -> Evidence.OBSERVED;
          case SEEN -> Evidence.SEEN;
          case INFERRED -> Evidence.INFERRED;
        },
        (a, b) -> a.compareTo(b) <= 0 ? a : b);
  }

  /** How it is known. */
  Evidence of(AnonVma identity) {
    return known.getOrDefault(identity, Evidence.OBSERVED);
  }
}
