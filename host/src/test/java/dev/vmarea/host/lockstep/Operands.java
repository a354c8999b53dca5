// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.mapping.SegmentOperation;
import dev.vmarea.mapping.SharedMemoryOperation;
import java.util.HashMap;
import java.util.Map;

/**
 * What the words of a table mean on one side: numbers, which may end in k, m, p (pages of 4 KiB) or
 * h (of 2 MiB), names of flags, what earlier lines returned, and sums and unions of these. W is a
 * window for small pages, H one for huge ones.
 */
final class Operands {
  private static final long SMALL = 4096;
  private static final long HUGE = 2 << 20;
  private static final Map<String, Long> NAMES =
      Map.ofEntries(
          Map.entry("W", 0x2000_0000L),
          Map.entry("H", 0x1000_0000_0000L),
          Map.entry("NULL", 0L),
          Map.entry("O_RDONLY", 0L),
          Map.entry("O_WRONLY", 1L),
          Map.entry("O_RDWR", 2L),
          Map.entry("O_CREAT", 0100L),
          Map.entry("O_TRUNC", 01000L),
          Map.entry("PROT_NONE", 0L),
          Map.entry("PROT_READ", (long) Prot.READ),
          Map.entry("PROT_WRITE", (long) Prot.WRITE),
          Map.entry("PROT_EXEC", (long) Prot.EXEC),
          Map.entry("MAP_SHARED", (long) MapFlags.SHARED),
          Map.entry("MAP_PRIVATE", (long) MapFlags.PRIVATE),
          Map.entry("MAP_FIXED", (long) MapFlags.FIXED),
          Map.entry("MAP_FIXED_NOREPLACE", (long) MapFlags.FIXED_NOREPLACE),
          Map.entry("MAP_ANONYMOUS", (long) MapFlags.ANONYMOUS),
          Map.entry("MAP_NORESERVE", (long) MapFlags.NORESERVE),
          Map.entry("MAP_POPULATE", (long) MapFlags.POPULATE),
          Map.entry("MAP_HUGETLB", (long) MapFlags.HUGETLB),
          Map.entry("MREMAP_MAYMOVE", 1L),
          Map.entry("MREMAP_FIXED", 2L),
          Map.entry("MREMAP_DONTUNMAP", 4L),
          Map.entry("MS_SYNC", 4L),
          Map.entry("MADV_DONTNEED", (long) Advice.DONTNEED),
          Map.entry("MADV_REMOVE", (long) Advice.REMOVE),
          Map.entry("MADV_DONTFORK", (long) Advice.DONTFORK),
          Map.entry("MADV_POPULATE_WRITE", (long) Advice.POPULATE_WRITE),
          Map.entry("MFD_ALLOW_SEALING", (long) MemoryFiles.MFD_ALLOW_SEALING),
          Map.entry("MFD_HUGETLB", (long) MemoryFiles.MFD_HUGETLB),
          Map.entry("MFD_NOEXEC_SEAL", (long) MemoryFiles.MFD_NOEXEC_SEAL),
          Map.entry("MFD_EXEC", (long) MemoryFiles.MFD_EXEC),
          Map.entry("F_SEAL_SEAL", (long) FileSeals.F_SEAL_SEAL),
          Map.entry("F_SEAL_SHRINK", (long) FileSeals.F_SEAL_SHRINK),
          Map.entry("F_SEAL_GROW", (long) FileSeals.F_SEAL_GROW),
          Map.entry("F_SEAL_WRITE", (long) FileSeals.F_SEAL_WRITE),
          Map.entry("F_SEAL_FUTURE_WRITE", (long) FileSeals.F_SEAL_FUTURE_WRITE),
          Map.entry("F_SEAL_EXEC", (long) FileSeals.F_SEAL_EXEC),
          Map.entry("PUNCH_HOLE", 3L),
          Map.entry("IPC_PRIVATE", 0L),
          Map.entry("IPC_CREAT", (long) SegmentOperation.IPC_CREAT),
          Map.entry("IPC_EXCL", (long) SegmentOperation.IPC_EXCL),
          Map.entry("SHM_HUGETLB", (long) SegmentOperation.SHM_HUGETLB),
          Map.entry("SHM_NORESERVE", (long) SegmentOperation.SHM_NORESERVE),
          Map.entry("SHM_RDONLY", (long) SharedMemoryOperation.SHM_RDONLY),
          Map.entry("SHM_RND", (long) SharedMemoryOperation.SHM_RND),
          Map.entry("SHM_REMAP", (long) SharedMemoryOperation.SHM_REMAP),
          Map.entry("SHM_EXEC", (long) SharedMemoryOperation.SHM_EXEC),
          Map.entry("IPC_RMID", 0L),
          Map.entry("RLIMIT_MEMLOCK", 8L));

  private final Map<String, Long> variables = new HashMap<>();

  /** Lets later words find what a line returned. */
  void keep(UserCall call, long result) {
    if (!call.variable().isEmpty()) {
      variables.put(call.variable(), result);
    }
  }

  /** The number that argument {@code index} of {@code call} is. */
  long number(UserCall call, int index) {
    long union = 0;
    for (String part : call.arguments().get(index).split("\\|")) {
      long sum = 0;
      for (String term : part.split("\\+")) {
        sum += term(call, term.strip());
      }
      union |= sum;
    }
    return union;
  }

  private long term(UserCall call, String term) {
    Long known = variables.containsKey(term) ? variables.get(term) : NAMES.get(term);
    if (known != null) {
      return known;
    }
    if (term.startsWith("0x")) {
      return Long.parseUnsignedLong(term.substring(2), 16);
    }
    long unit =
        switch (term.charAt(term.length() - 1)) {
          case 'k' -> 1L << 10;
          case 'm' -> 1L << 20;
          case 'p' -> SMALL;
          case 'h' -> HUGE;
          default -> 1;
        };
    try {
      return unit * Long.decode(unit == 1 ? term : term.substring(0, term.length() - 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(call + ": nobody knows \"" + term + "\"", e);
    }
  }
}
