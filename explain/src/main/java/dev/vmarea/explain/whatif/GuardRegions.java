// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.VmFlags;
import dev.vmarea.explain.whatif.Reservations.Range;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Vma;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Guards are made with MADV_GUARD_INSTALL instead of PROT_NONE: they are kept in the page tables
 * then, and need no VMA of their own. Three habits are recognised, for guards of at most 64 KiB in
 * private anonymous memory:
 *
 * <ul>
 *   <li>a part of accessible memory loses all access by mprotect,
 *   <li>or is mapped over without access,
 *   <li>a reservation is made accessible but for its ends, as thread stacks are.
 * </ul>
 *
 * A guard that becomes accessible later is removed again.
 */
final class GuardRegions implements HistoryChange {
  /** Larger ones are reservations rather than guards. */
  static final long MAX_BYTES = 64 << 10;

  private final NavigableMap<Long, Long> guards;
  private final Reservations reservations;

  GuardRegions() {
    this(new TreeMap<>(), new Reservations());
  }

  private GuardRegions(NavigableMap<Long, Long> guards, Reservations reservations) {
    this.guards = guards;
    this.reservations = reservations;
  }

  @Override
  public String what() {
    return "guards of at most 64 KiB made with MADV_GUARD_INSTALL instead of PROT_NONE";
  }

  @Override
  public HistoryChange forked() {
    return new GuardRegions(new TreeMap<>(guards), reservations.copy());
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    if (traced.failed()) {
      memory.asLogged(traced);
      return;
    }
    switch (call.call()) {
      case MPROTECT, PKEY_MPROTECT -> protect(memory, traced, Range.of(call.a0(), call.a1()));
      case MMAP -> {
        Range range = Range.of(traced.result(), call.a1());
        boolean over = (call.a3() & MapFlags.FIXED) != 0 && Reservations.reserves(traced);
        if (!over || !install(memory, range)) {
          memory.asLogged(traced);
          reservations.follow(traced);
          forget(range);
        }
      }
      case MUNMAP -> {
        memory.asLogged(traced);
        reservations.follow(traced);
        forget(Range.of(call.a0(), call.a1()));
      }
      case MREMAP -> {
        memory.asLogged(traced);
        reservations.follow(traced);
        move(Range.of(call.a0(), call.a1()), Range.of(traced.result(), call.a2()));
      }
      default -> memory.asLogged(traced);
    }
  }

  private void protect(ChangedMemory memory, TracedCall traced, Range range) {
    if (traced.call().a2() == 0) {
      if (!install(memory, range)) {
        memory.asLogged(traced);
      }
      return;
    }
    Range reservation = reservations.containing(range);
    long left = reservation == null ? 0 : reservation.length() - range.length();
    if (reservation != null && left <= MAX_BYTES && access(memory, reservation, traced.call())) {
      reservations.remove(reservation);
      install(memory, new Range(reservation.start(), range.start()));
      install(memory, new Range(range.end(), reservation.end()));
      return;
    }
    uncover(memory, range);
    memory.asLogged(traced);
  }

  /** Makes a whole reservation accessible where the log does it for all but its ends. */
  private static boolean access(ChangedMemory memory, Range reservation, MemoryCall call) {
    return memory.make(
        new MemoryCall(
            call.call(),
            reservation.start(),
            reservation.length(),
            call.a2(),
            call.a3(),
            0,
            0,
            null,
            null,
            List.of()));
  }

  /** Whether a guard could be made there, beside memory of the same area. */
  private boolean install(ChangedMemory memory, Range range) {
    if (range.length() <= 0 || range.length() > MAX_BYTES) {
      return false;
    }
    Vma area = memory.replica().space().lookup(range.start());
    boolean fits =
        area != null
            && area.end() >= range.end()
            && area.length() > range.length()
            && area.isAnonymous()
            && area.isAccessible()
            && !area.hasAny(VmFlags.SHARED | VmFlags.MAYSHARE | VmFlags.GROWSDOWN);
    if (!fits || !memory.make(advice(range, Advice.GUARD_INSTALL))) {
      return false;
    }
    guards.put(range.start(), Math.max(range.end(), guards.getOrDefault(range.start(), 0L)));
    return true;
  }

  /** Removes the guards in a range that becomes accessible. */
  private void uncover(ChangedMemory memory, Range range) {
    boolean any = forget(range);
    if (any) {
      memory.make(advice(range, Advice.GUARD_REMOVE));
    }
  }

  /** What lies in the range is no guard any more; whether something was. */
  private boolean forget(Range range) {
    boolean any = false;
    Map.Entry<Long, Long> at = guards.lowerEntry(range.end());
    while (at != null && at.getKey() + MAX_BYTES > range.start()) {
      Map.Entry<Long, Long> below = guards.lowerEntry(at.getKey());
      if (at.getValue() > range.start()) {
        any = true;
        guards.remove(at.getKey());
        if (at.getKey() < range.start()) {
          guards.put(at.getKey(), range.start());
        }
        if (at.getValue() > range.end()) {
          guards.put(range.end(), at.getValue());
        }
      }
      at = below;
    }
    return any;
  }

  private void move(Range from, Range to) {
    Map<Long, Long> moved = Map.copyOf(guards.subMap(from.start(), from.end()));
    forget(from);
    if (from.start() != to.start()) {
      forget(to);
    }
    moved.forEach((start, end) -> {
      long at = start - from.start() + to.start();
      if (at < to.end()) {
        guards.put(at, Math.min(end - start + at, to.end()));
      }
    });
  }

  private static MemoryCall advice(Range range, int advice) {
    return MemoryCall.of(SyscallName.MADVISE, range.start(), range.length(), advice, 0, 0, 0);
  }
}
