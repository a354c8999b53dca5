// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotBuilder;
import dev.vmarea.explain.verdict.BoundaryJudge;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import dev.vmarea.explain.whatif.WhatIf;
import dev.vmarea.explain.whatif.WhatIfs;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/**
 * What a change would give, from a snapshot alone: the areas as they would be then, and the merge
 * rule asked again. An estimate, since the order of writes, which decides whether anonymous memory
 * can merge, is not in a snapshot: what a change lets meet is taken to merge.
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

  /**
   * A change of the areas.
   *
   * @param flags the flags of an area as they would be, or {@link #AS_IT_IS}
   * @param ordersWrites whether memory would be written in an order that lets it merge
   */
  private record Change(IntToLongFunction flags, boolean ordersWrites) {
    static final long AS_IT_IS = -1;

    static Change of(IntToLongFunction flags) {
      return new Change(flags, false);
    }

    long flags(int i) {
      return flags.applyAsLong(i);
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
      return OptionalInt.of(after(Change.of(this::withoutGuard)));
    } else if (name.equals(WhatIfs.IN_ORDER)) {
      return OptionalInt.of(after(new Change(i -> Change.AS_IT_IS, true)));
    } else if (name.equals(WhatIfs.ONE_PROTECTION)) {
      return OptionalInt.of(after(Change.of(this::withOneProtection)));
    } else if (name.startsWith(WhatIfs.SAME_FLAGS)) {
      long flags = 0;
      for (String mnemonic : name.substring(WhatIfs.SAME_FLAGS.length()).split("[,-]")) {
        long flag = VmFlags.ofMnemonic(mnemonic);
        if (flag == 0) {
          return OptionalInt.empty();
        }
        flags |= flag;
      }
      long same = flags;
      return OptionalInt.of(after(Change.of(i -> withFlags(i, same))));
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

  /**
   * A stack that is accessible when it is mapped merges with the one beside it then, before it is
   * written.
   */
  private long withoutGuard(int i) {
    int guarded = guarded(i);
    return guarded < 0 ? Change.AS_IT_IS : snapshot.flags(guarded);
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

  private long withOneProtection(int i) {
    boolean suits = kinds[i].isAnonymous() && !VmFlags.has(snapshot.flags(i), VmFlags.EXEC);
    return suits
        ? snapshot.flags(i) & ~VmFlags.ACCESS | VmFlags.READ | VmFlags.WRITE | VmFlags.ACCOUNT
        : Change.AS_IT_IS;
  }

  private long withFlags(int i, long same) {
    return kinds[i].isAnonymous() ? snapshot.flags(i) | same : Change.AS_IT_IS;
  }

  private int after(Change change) {
    SnapshotBuilder areas = new SnapshotBuilder(snapshot.origin());
    snapshot.objects().forEach(areas::number);
    for (int i = 0; i < snapshot.size(); i++) {
      long flags = change.flags(i);
      areas.add(
          snapshot.start(i),
          snapshot.end(i),
          flags == Change.AS_IT_IS ? snapshot.flags(i) : flags,
          snapshot.offset(i),
          snapshot.objectNumber(i));
      areas.pages(0, 0); // what is written apart as it is need not be with the change
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
