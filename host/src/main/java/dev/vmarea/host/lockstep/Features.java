// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Errno;
import dev.vmarea.host.fuzz.Lockstep;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.Touch;
import dev.vmarea.testkit.Verb;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a sequence covered: kinds of outcomes (which call, with which mode, which result, and what
 * became of the number of areas), and layouts. Branches of the model are counted by {@link
 * Branches}.
 */
final class Features {
  private static final int LARGEST_CHANGE = 4;

  private final Set<Integer> outcomes = new HashSet<>();
  private long[] states = new long[64];
  private int stateCount;

  /** Notes a step; {@code areasBefore} are those of the process that made the call. */
  void step(final Call call, final long result, final int areasBefore, final Iterable<Vma> after) {
    int areas = 0;
    long hash = 1;
    final Map<Object, Integer> identities = new HashMap<>();
    for (final Vma vma : after) {
      areas++;
      hash = mix(hash, vma.start());
      hash = mix(hash, vma.end());
      hash = mix(hash, vma.flags());
      final OpenFile file = vma.file();
      hash = mix(hash, file == null ? 0 : file.entry().path().hashCode() + vma.pgoff());
      final AnonVma anon = vma.anon();
      final int number =
          anon == null ? 0 : identities.computeIfAbsent(anon, key -> identities.size() + 1);
      hash = mix(hash, anon != null && anon.isForkChild() ? -number : number);
    }
    if (stateCount == states.length) {
      states = Arrays.copyOf(states, stateCount * 2);
    }
    states[stateCount++] = hash;
    final int change = Math.clamp(areas - (long) areasBefore, -LARGEST_CHANGE, LARGEST_CHANGE);
    final boolean error = Errno.isError(result) && call.verb() != Verb.BRK;
    final long kind = error || Touch.isSignal(result) ? result : 0;
    final long outcome =
        mix(mix(mix(mode(call), call.verb().ordinal()), kind), change + LARGEST_CHANGE);
    outcomes.add(Lockstep.FIRST_OUTCOME | (int) (outcome >>> 20) & Lockstep.FIRST_OUTCOME - 1);
  }

  /** The argument that decides most about what a call does. */
  private static long mode(final Call call) {
    return switch (call.verb()) {
      case MMAP -> call.argument(3);
      case MPROTECT, MADVISE, MLOCK2, MBIND -> call.argument(2);
      case MREMAP -> call.argument(3) << 2 | (Long.signum(call.argument(2) - call.argument(1)) + 1);
      case ADD_SEALS -> call.argument(1);
      case MLOCKALL, SETRLIMIT -> call.argument(0);
      default -> 0;
    };
  }

  private static long mix(final long hash, final long value) {
    final long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 29;
  }

  int[] outcomes() {
    return outcomes.stream().mapToInt(Integer::intValue).toArray();
  }

  long[] states() {
    return Arrays.copyOf(states, stateCount);
  }
}
