// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All private anonymous memory mapped from now on gets the same flags from its beginning, or never
 * gets them: calls that give such a flag or take it away are left out. What was there before the
 * log, and the mappings of files, keep what they have.
 */
final class SameFlags implements HistoryChange {
  /** A flag that can be made the same, with the advice that sets it and those that change it. */
  private enum Flag {
    HG(Advice.HUGEPAGE, Advice.HUGEPAGE, Advice.NOHUGEPAGE),
    NH(Advice.NOHUGEPAGE, Advice.HUGEPAGE, Advice.NOHUGEPAGE),
    DD(Advice.DONTDUMP, Advice.DONTDUMP, Advice.DODUMP),
    DC(Advice.DONTFORK, Advice.DONTFORK, Advice.DOFORK),
    MG(Advice.MERGEABLE, Advice.MERGEABLE, Advice.UNMERGEABLE),
    WF(Advice.WIPEONFORK, Advice.WIPEONFORK, Advice.KEEPONFORK),
    SR(Advice.SEQUENTIAL, Advice.NORMAL, Advice.SEQUENTIAL, Advice.RANDOM),
    RR(Advice.RANDOM, Advice.NORMAL, Advice.SEQUENTIAL, Advice.RANDOM),
    /** MAP_NORESERVE, which is no advice. */
    NR(-1);

    private final int advice;
    private final List<Integer> left;

    Flag(int advice, Integer... left) {
      this.advice = advice;
      this.left = List.of(left);
    }

    /** As smaps abbreviates it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Set<Flag> flags;
  private final boolean set;

  private SameFlags(Set<Flag> flags, boolean set) {
    this.flags = EnumSet.copyOf(flags); // in a fixed order
    this.set = set;
  }

  /**
   * The change that {@code words} name: flags as smaps abbreviates them, such as {@code hg} or
   * {@code hg,dd}, or {@code no-hg,dd} for memory that never has them; null if there is one that
   * cannot be given. Where {@code nr} stands, {@code ac} goes without saying.
   */
  static @Nullable SameFlags of(String words) {
    boolean set = !words.startsWith("no-");
    List<String> names = List.of((set ? words : words.substring(3)).split(",", -1));
    EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
    for (String name : names) {
      Flag flag = flag(name);
      if (flag != null) {
        flags.add(flag);
      } else if (!name.equals("ac") || !names.contains("nr")) {
        return null;
      }
    }
    return new SameFlags(flags, set);
  }

  private static @Nullable Flag flag(String name) {
    for (Flag flag : Flag.values()) {
      if (flag.word().equals(name)) {
        return flag;
      }
    }
    return null;
  }

  @Override
  public String what() {
    String names = flags.stream().map(Flag::word).sorted().collect(Collectors.joining(", "));
    return set
        ? "all private anonymous memory given the flags " + names + " when it is mapped"
        : "no private anonymous memory given the flags " + names;
  }

  @Override
  public HistoryChange forked() {
    return this;
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    switch (call.call()) {
      case MADVISE -> {
        if (flags.stream().anyMatch(flag -> flag.left.contains((int) call.a2()))) {
          memory.omitted();
        } else {
          memory.asLogged(traced);
        }
      }
      case MMAP -> map(memory, traced);
      case BRK -> {
        long before = Pages.ceil(memory.replica().space().layout().brk);
        memory.asLogged(traced);
        long now = Pages.ceil(memory.replica().space().layout().brk);
        if (now > before) {
          advise(memory, before, now - before);
        }
      }
      default -> memory.asLogged(traced);
    }
  }

  private void map(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    if (!Reservations.mapsAnonymous(traced)) {
      memory.asLogged(traced);
      return;
    }
    if (flags.contains(Flag.NR)) {
      MemoryCall placed = call.at(traced.result());
      memory.insist(
          MemoryCall.of(
              SyscallName.MMAP,
              placed.a0(),
              placed.a1(),
              placed.a2(),
              placed.a3() & ~MapFlags.NORESERVE | (set ? MapFlags.NORESERVE : 0),
              placed.a4(),
              placed.a5()));
    } else {
      memory.asLogged(traced);
    }
    advise(memory, traced.result(), call.a1());
  }

  private void advise(ChangedMemory memory, long start, long length) {
    for (Flag flag : flags) {
      if (set && flag.advice >= 0) {
        memory.insist(MemoryCall.of(SyscallName.MADVISE, start, length, flag.advice, 0, 0, 0));
      }
    }
  }
}
