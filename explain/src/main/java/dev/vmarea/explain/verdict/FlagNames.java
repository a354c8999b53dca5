// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import dev.vmarea.base.VmFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Flags of VMAs in words. Stateless. */
public final class FlagNames {
  private static final Map<Long, String> CAUSES =
      Map.ofEntries(
          Map.entry(VmFlags.HUGEPAGE, "MADV_HUGEPAGE"),
          Map.entry(VmFlags.NOHUGEPAGE, "MADV_NOHUGEPAGE"),
          Map.entry(VmFlags.LOCKED, "mlock"),
          Map.entry(VmFlags.LOCKONFAULT, "mlock2 MLOCK_ONFAULT"),
          Map.entry(VmFlags.ACCOUNT, "counted as committed"),
          Map.entry(VmFlags.NORESERVE, "MAP_NORESERVE"),
          Map.entry(VmFlags.DONTCOPY, "MADV_DONTFORK"),
          Map.entry(VmFlags.DONTDUMP, "MADV_DONTDUMP"),
          Map.entry(VmFlags.WIPEONFORK, "MADV_WIPEONFORK"),
          Map.entry(VmFlags.MERGEABLE, "MADV_MERGEABLE"),
          Map.entry(VmFlags.SEQ_READ, "MADV_SEQUENTIAL"),
          Map.entry(VmFlags.RAND_READ, "MADV_RANDOM"),
          Map.entry(VmFlags.GROWSDOWN, "a stack that grows"),
          Map.entry(VmFlags.MAYBE_GUARD, "MADV_GUARD_INSTALL"),
          Map.entry(VmFlags.SEALED, "mseal"),
          Map.entry(VmFlags.DROPPABLE, "MAP_DROPPABLE"));

  private FlagNames() {}

  /** Each flag of a set as smaps has it, with what sets it where that is one thing. */
  public static String of(long flags) {
    List<String> names = new ArrayList<>();
    for (long rest = flags & ~VmFlags.PKEY_MASK; rest != 0; rest &= rest - 1) {
      long flag = Long.lowestOneBit(rest);
      String cause = CAUSES.getOrDefault(flag, "");
      String mnemonic = VmFlags.mnemonic(Long.numberOfTrailingZeros(flag));
      names.add(cause.isEmpty() ? mnemonic : mnemonic + ": " + cause);
    }
    if ((flags & VmFlags.PKEY_MASK) != 0) {
      names.add("protection key");
    }
    return String.join(", ", names);
  }
}
