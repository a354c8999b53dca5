// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.WhatIf;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotBuilder;
import dev.vmarea.explain.verdict.BoundaryJudge;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import dev.vmarea.explain.whatif.WhatIfs;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a change would give, from a snapshot alone: the areas as they would be then, and the merge
 * rule asked again. An estimate, since the order of writes, which decides whether anonymous memory
 * can merge, is not in a snapshot: two areas that both have pages count as written apart, unless
 * the change is about just that.
 */
public final class Estimates {
  private final Snapshot snapshot;
  private final Profile profile;
  private final AreaKind[] kinds;

  /** Estimates for a snapshot, by the rules of a kernel. */
  public Estimates(Snapshot snapshot, Profile profile) {
    this.snapshot = snapshot;
    this.profile = profile;
    this.kinds = AreaKind.of(snapshot);
  }

  /** An area as it would be; the rest of it stays. */
  private interface Change {
    /** Its flags. */
    default long flags(int i) {
      return -1;
    }

    /** Whether it would have anonymous pages, as far as merging goes. */
    default boolean isWritten(int i, boolean now) {
      return now;
    }

    /** Whether memory would be written in an order that lets it merge. */
    default boolean ordersWrites() {
      return false;
    }
  }

  /**
   * The estimate of a change.
   *
   * @param name one of those of {@link WhatIfs}
   * @return how many VMAs there would be; empty if the name is not known
   */
  public OptionalInt after(String name) {
    if (name.equals(WhatIfs.GUARD_REGIONS)) {
      return OptionalInt.of(after(guardRegions()));
    } else if (name.equals(WhatIfs.IN_ORDER)) {
      return OptionalInt.of(after(inOrder()));
    } else if (name.equals(WhatIfs.ONE_PROTECTION)) {
      return OptionalInt.of(after(oneProtection()));
    } else if (name.startsWith(WhatIfs.SAME_FLAGS)) {
      long flags = 0;
      for (String mnemonic : name.substring(WhatIfs.SAME_FLAGS.length()).split("[,-]")) {
        long flag = VmFlags.ofMnemonic(mnemonic);
        if (flag == 0) {
          return OptionalInt.empty();
        }
        flags |= flag;
      }
      return OptionalInt.of(after(sameFlags(flags)));
    }
    return OptionalInt.empty();
  }

  /** The same with its words. */
  public Optional<WhatIf> whatIf(String name) {
    OptionalInt after = after(name);
    return after.isEmpty()
        ? Optional.empty()
        : Optional.of(new WhatIf(name, words(name), snapshot.size(), after.getAsInt(), false, ""));
  }

  private static String words(String name) {
    return switch (name) {
      case WhatIfs.GUARD_REGIONS -> "guard regions instead of guard mappings";
      case WhatIfs.IN_ORDER -> "anonymous memory written in order of address";
      case WhatIfs.ONE_PROTECTION -> "all anonymous memory readable and writable";
      default ->
          "the same flags on all anonymous memory: " + name.substring(WhatIfs.SAME_FLAGS.length());
    };
  }

  private Change guardRegions() {
    return new Change() {
      @Override
      public long flags(int i) {
        int guarded = guarded(i);
        return guarded < 0 ? -1 : snapshot.flags(guarded);
      }

      // A stack that is accessible when it is mapped merges with the one beside it then, before it
      // is written.
      @Override
      public boolean isWritten(int i, boolean now) {
        return false;
      }
    };
  }

  /** The area that a guard becomes a part of: the one above, else the one below; -1 for none. */
  private int guarded(int i) {
    if (kinds[i] != AreaKind.GUARD) {
      return -1;
    }
    if (touches(i, i + 1)) {
      return i + 1;
    }
    return touches(i - 1, i) ? i - 1 : -1;
  }

  private boolean touches(int low, int high) {
    return low >= 0
        && high < snapshot.size()
        && snapshot.end(low) == snapshot.start(high)
        && (kinds[low] == AreaKind.ANONYMOUS || kinds[high] == AreaKind.ANONYMOUS);
  }

  private static Change inOrder() {
    return new Change() {
      @Override
      public boolean ordersWrites() {
        return true;
      }

      @Override
      public boolean isWritten(int i, boolean now) {
        return false;
      }
    };
  }

  private Change oneProtection() {
    long access = VmFlags.READ | VmFlags.WRITE;
    return new Change() {
      @Override
      public long flags(int i) {
        boolean sized = kinds[i].isAnonymous() && !VmFlags.has(snapshot.flags(i), VmFlags.EXEC);
        return sized ? snapshot.flags(i) & ~VmFlags.ACCESS | access | VmFlags.ACCOUNT : -1;
      }

      @Override
      public boolean isWritten(int i, boolean now) {
        return false;
      }
    };
  }

  private Change sameFlags(long same) {
    return new Change() {
      @Override
      public long flags(int i) {
        return kinds[i].isAnonymous() ? snapshot.flags(i) | same : -1;
      }

      @Override
      public boolean isWritten(int i, boolean now) {
        return false;
      }
    };
  }

  private int after(Change change) {
    SnapshotBuilder areas = new SnapshotBuilder(snapshot.origin());
    snapshot.objects().forEach(areas::number);
    for (int i = 0; i < snapshot.size(); i++) {
      long flags = change.flags(i);
      areas.add(
          snapshot.start(i),
          snapshot.end(i),
          flags == -1 ? snapshot.flags(i) : flags,
          snapshot.offset(i),
          snapshot.objectNumber(i));
      areas.pages(change.isWritten(i, snapshot.anonymousPages(i) > 0) ? 1 : 0, 0);
      areas.openFile(snapshot.openFile(i));
    }
    Verdicts now = BoundaryJudge.judge(snapshot, profile);
    Verdicts then = BoundaryJudge.judge(areas.build(), profile);
    int left = snapshot.size();
    for (int i = 0; i < then.size(); i++) {
      if (isFree(then.reasons(i)) && isMended(i, now.reasons(i), change)) {
        left--;
      }
    }
    return left;
  }

  /** Whether it is this change that removes what sets two areas apart now. */
  private boolean isMended(int i, int reasons, Change change) {
    boolean byHistory = isFree(reasons) || reasons == Reason.ANON_VMA.bit();
    return byHistory ? change.ordersWrites() && isAnonymous(i) : true;
  }

  private boolean isAnonymous(int i) {
    return kinds[i].isAnonymous() && kinds[i + 1].isAnonymous();
  }

  private static boolean isFree(int reasons) {
    return reasons == Reason.UNSEEN.bit() || reasons == Reason.NO_OCCASION.bit();
  }
}
