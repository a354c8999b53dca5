// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Groups boundaries by cause: one pass over them, no object a boundary. Not thread-safe; used once.
 */
public final class CauseFinder {
  private final Snapshot snapshot;
  private final Verdicts verdicts;
  private final Classifier classifier;
  private final Map<Long, Group> byKey = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();

  private CauseFinder(Snapshot snapshot, Verdicts verdicts) {
    this.snapshot = snapshot;
    this.verdicts = verdicts;
    this.classifier = new Classifier(snapshot, verdicts);
  }

  /** The causes of all boundaries of a snapshot, by the rules of a kernel. */
  public static Causes find(Snapshot snapshot, Verdicts verdicts, Profile profile) {
    return new CauseFinder(snapshot, verdicts).find(profile);
  }

  private Causes find(Profile profile) {
    int[] of = new int[verdicts.size()];
    for (int i = 0; i < of.length; i++) {
      of[i] = group(i);
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      order.add(i);
    }
    order.sort(
        Comparator.comparingInt((Integer i) -> -groups.get(i).count()).thenComparing(i -> i));
    int[] place = new int[groups.size()];
    List<Cause> ranked = new ArrayList<>();
    Remedies remedies = new Remedies(snapshot, profile);
    Producers producers = new Producers(snapshot);
    for (int index : order) {
      place[index] = ranked.size();
      ranked.add(cause(groups.get(index), remedies, producers));
    }
    for (int i = 0; i < of.length; i++) {
      of[i] = place[of[i]];
    }
    return new Causes(ranked, of);
  }

  private int group(int i) {
    CauseKind kind = classifier.cause(i);
    long flags = kind == CauseKind.FLAGS ? verdicts.flags(i) & ~VmFlags.ACCESS : 0;
    long key = flags << 5 ^ flags >>> 59 ^ kind.ordinal();
    Group group = byKey.get(key);
    if (group == null) {
      group = new Group(kind, flags, groups.size());
      groups.add(group);
      byKey.put(key, group);
    }
    // A guard lies on two boundaries; the upper one tells what it guards.
    group.add(i, snapshot, verdicts, classifier.kind(i + 1) != AreaKind.GUARD);
    return group.number();
  }

  private Cause cause(Group group, Remedies remedies, Producers producers) {
    CauseKind kind = group.kind();
    String names = VmFlags.mnemonics(group.flags()).strip();
    Pattern pattern = group.pattern();
    boolean isFlags = kind == CauseKind.FLAGS;
    Reason reason = verdicts.first(group.example());
    return new Cause(
        isFlags ? kind.id() + "-" + names.replace(' ', '-') : kind.id(),
        isFlags ? Remedies.flagsTitle(group.flags()) : producers.title(kind, pattern),
        reason,
        group.weakest(),
        group.count(),
        group.bytes(),
        group.example(),
        pattern,
        producers.of(kind, pattern, group.example()),
        remedies.of(kind, group.flags(), group.count()));
  }
}
