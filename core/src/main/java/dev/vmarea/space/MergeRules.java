// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one predicate that decides whether neighbours join (decision D3, mm-semantics 4.1): it
 * returns every reason against it, as a set of {@link MergeBlocker} bits; 0 means they merge.
 *
 * <p>Callbacks and private data are not compared: equal files are taken to imply them, as in Linux.
 */
public final class MergeRules {
  private MergeRules() {}

  /** Why {@code range} does not join the VMA that ends where it starts; 0 if it does. */
  static int withPrevious(Proposal range, Vma previous, long stickyFlags) {
    int blockers = attributes(range, previous, stickyFlags);
    if (previous.end() != range.start()) {
      blockers |= MergeBlocker.NOT_ADJACENT.bit();
    }
    if (previous.pgoff() + previous.pages() != range.pgoff()) {
      blockers |= MergeBlocker.PGOFF.bit();
    }
    return blockers;
  }

  /** Why {@code range} does not join the VMA that starts where it ends; 0 if it does. */
  static int withNext(Proposal range, Vma next, long stickyFlags) {
    int blockers = attributes(range, next, stickyFlags);
    if (next.start() != range.end()) {
      blockers |= MergeBlocker.NOT_ADJACENT.bit();
    }
    if (range.pgoff() + range.pages() != next.pgoff()) {
      blockers |= MergeBlocker.PGOFF.bit();
    }
    return blockers;
  }

  /**
   * Why two VMAs stay apart, {@code low} below {@code high}: what holds now, whatever their
   * history.
   */
  public static int between(Vma low, Vma high, long stickyFlags) {
    int blockers = withNext(Proposal.of(low), high, stickyFlags);
    return high.hasClose() ? blockers | MergeBlocker.CLOSE_HOOK.bit() : blockers;
  }

  /** Whether the anonymous identities of the two outer VMAs allow all three to join. */
  static boolean outerAnonAgree(Vma previous, Vma next) {
    return previous.anon() == null || next.anon() == null || previous.anon() == next.anon();
  }

  private static int attributes(Proposal range, Vma vma, long stickyFlags) {
    int blockers = 0;
    if (((range.flags() | vma.flags()) & VmFlags.SPECIAL) != 0) {
      blockers |= MergeBlocker.SPECIAL.bit();
    }
    if (((range.flags() ^ vma.flags()) & ~stickyFlags) != 0) {
      blockers |= MergeBlocker.FLAGS.bit();
    }
    if (range.file() != vma.file()) {
      blockers |= MergeBlocker.FILE.bit();
    }
    if (range.extras() != vma.extras()) {
      blockers |= extras(range.extras(), vma.extras());
    }
    // Growing in place, Linux takes the fork rule for new memory only: what a neighbour that was
    // never written gets is not asked, even if it is a parent's identity.
    boolean granted = range.extension() && vma.anon() == null;
    if (range.anon() != vma.anon() && !granted) {
      blockers |= anon(range.anon(), vma.anon());
    }
    return blockers;
  }

  private static int extras(VmaExtras a, VmaExtras b) {
    int blockers = 0;
    if (!Objects.equals(a.policy(), b.policy())) {
      blockers |= MergeBlocker.POLICY.bit();
    }
    if (a.userfault() != b.userfault()) {
      blockers |= MergeBlocker.USERFAULT.bit();
    }
    if (!Objects.equals(a.name(), b.name())) {
      blockers |= MergeBlocker.NAME.bit();
    }
    return blockers;
  }

  /** The two identities differ; either may be absent. Symmetric since 2025 (trap 38). */
  private static int anon(@Nullable AnonVma a, @Nullable AnonVma b) {
    if (a != null && b != null) {
      return MergeBlocker.ANON_VMA.bit();
    }
    AnonVma present = a != null ? a : b;
    return present != null && present.isForkChild() ? MergeBlocker.FORK_CHILD.bit() : 0;
  }
}
