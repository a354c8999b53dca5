// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * Flags of a VMA: names and bits as in Linux 6.18 on x86-64 (mm-semantics 1.1). A set of them is a
 * {@code long}. Constants only; nothing here fails or keeps state.
 */
public final class VmFlags {
  /** May be read. */
  public static final long READ = 1L << 0;

  /** May be written. */
  public static final long WRITE = 1L << 1;

  /** May be executed. */
  public static final long EXEC = 1L << 2;

  /** Shared and, for files, opened for writing; decides copy-on-write. */
  public static final long SHARED = 1L << 3;

  /** mprotect may add READ. */
  public static final long MAYREAD = 1L << 4;

  /** mprotect may add WRITE. */
  public static final long MAYWRITE = 1L << 5;

  /** mprotect may add EXEC. */
  public static final long MAYEXEC = 1L << 6;

  /** MAP_SHARED was asked for; prints {@code s} in maps. */
  public static final long MAYSHARE = 1L << 7;

  /** Grows down, as a stack. */
  public static final long GROWSDOWN = 1L << 8;

  /** Registered with a userfaultfd: missing pages. */
  public static final long UFFD_MISSING = 1L << 9;

  /** Page frames without a page structure. */
  public static final long PFNMAP = 1L << 10;

  /** The range may hold guard markers; never cleared. */
  public static final long MAYBE_GUARD = 1L << 11;

  /** Registered with a userfaultfd: write protection. */
  public static final long UFFD_WP = 1L << 12;

  /** Locked by mlock and the like. */
  public static final long LOCKED = 1L << 13;

  /** Memory of a device. */
  public static final long IO = 1L << 14;

  /** MADV_SEQUENTIAL. */
  public static final long SEQ_READ = 1L << 15;

  /** MADV_RANDOM. */
  public static final long RAND_READ = 1L << 16;

  /** MADV_DONTFORK: not in a forked child. */
  public static final long DONTCOPY = 1L << 17;

  /** mremap may not make it longer. */
  public static final long DONTEXPAND = 1L << 18;

  /** With LOCKED: pages are locked when they are touched. */
  public static final long LOCKONFAULT = 1L << 19;

  /** Pages are counted in the commit charge. */
  public static final long ACCOUNT = 1L << 20;

  /** MAP_NORESERVE: not in the commit charge. */
  public static final long NORESERVE = 1L << 21;

  /** From the pool of huge pages. */
  public static final long HUGETLB = 1L << 22;

  /** MAP_SYNC. */
  public static final long SYNC = 1L << 23;

  /** Free for the architecture. */
  public static final long ARCH_1 = 1L << 24;

  /** MADV_WIPEONFORK: empty in a forked child. */
  public static final long WIPEONFORK = 1L << 25;

  /** MADV_DONTDUMP: not in a core dump. */
  public static final long DONTDUMP = 1L << 26;

  /** Changed since soft-dirty bits were cleared. */
  public static final long SOFTDIRTY = 1L << 27;

  /** Pages and bare page frames. */
  public static final long MIXEDMAP = 1L << 28;

  /** MADV_HUGEPAGE. */
  public static final long HUGEPAGE = 1L << 29;

  /** MADV_NOHUGEPAGE. */
  public static final long NOHUGEPAGE = 1L << 30;

  /** KSM may share its pages. */
  public static final long MERGEABLE = 1L << 31;

  /** First of the four protection-key bits of x86. */
  public static final int PKEY_SHIFT = 32;

  /** All protection-key bits. */
  public static final long PKEY_MASK = 0xfL << PKEY_SHIFT;

  /** A shadow stack. */
  public static final long SHADOW_STACK = 1L << 37;

  /** A virtual machine may map it uncached. */
  public static final long ALLOW_ANY_UNCACHED = 1L << 39;

  /** MAP_DROPPABLE. */
  public static final long DROPPABLE = 1L << 40;

  /** Registered with a userfaultfd: minor faults. */
  public static final long UFFD_MINOR = 1L << 41;

  /** Sealed by mseal. */
  public static final long SEALED = 1L << 42;

  /** READ, WRITE and EXEC. */
  public static final long ACCESS = READ | WRITE | EXEC;

  /** What every mapping filled with page frames carries ({@code VM_REMAP_FLAGS}). */
  public static final long REMAP_FLAGS = IO | PFNMAP | DONTEXPAND | DONTDUMP;

  /** Never merged; mlock does not lock them. */
  public static final long SPECIAL = IO | DONTEXPAND | PFNMAP | MIXEDMAP;

  /** LOCKED and LOCKONFAULT. */
  public static final long LOCKED_MASK = LOCKED | LOCKONFAULT;

  /** The three userfaultfd bits. */
  public static final long UFFD_MASK = UFFD_MISSING | UFFD_WP | UFFD_MINOR;

  /** Mappings before which a guard gap is kept free. */
  public static final long STARTGAP = GROWSDOWN | SHADOW_STACK;

  /** Flags of a fresh data mapping on x86-64 without READ_IMPLIES_EXEC. */
  public static final long DATA_DEFAULT = READ | WRITE | MAYREAD | MAYWRITE | MAYEXEC;

  private static final String[] MNEMONICS = new String[64];

  static {
    String[] low = {
      "rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "um", "pf", "gu", "uw", "lo", "io",
          "sr",
      "rr", "dc", "de", "lf", "ac", "nr", "ht", "sf", "ar", "wf", "dd", "sd", "mm", "hg", "nh", "mg"
    };
    java.util.Arrays.fill(MNEMONICS, "??");
    System.arraycopy(low, 0, MNEMONICS, 0, low.length);
    for (int bit = PKEY_SHIFT; bit < PKEY_SHIFT + 5; bit++) {
      MNEMONICS[bit] = "";
    }
    MNEMONICS[37] = "ss";
    MNEMONICS[40] = "dp";
    MNEMONICS[41] = "ui";
    MNEMONICS[42] = "sl";
  }

  private VmFlags() {}

  /** Whether {@code flags} has every bit of {@code all}. */
  public static boolean has(long flags, long all) {
    return (flags & all) == all;
  }

  /** Whether {@code flags} has some bit of {@code any}. */
  public static boolean hasAny(long flags, long any) {
    return (flags & any) != 0;
  }

  /** MAYWRITE and not SHARED: a write makes a private copy. */
  public static boolean isCow(long flags) {
    return (flags & (SHARED | MAYWRITE)) == MAYWRITE;
  }

  /** SHARED and MAYWRITE: counted per inode as a writable mapping. */
  public static boolean isSharedMayWrite(long flags) {
    return has(flags, SHARED | MAYWRITE);
  }

  /** The access bits of a {@code prot} argument; unknown bits give nothing. */
  public static long ofProt(int prot) {
    return prot & (Prot.READ | Prot.WRITE | Prot.EXEC);
  }

  /** What smaps prints for the bit with this number: two letters, "??", or "" for pkey bits. */
  public static String mnemonic(int bit) {
    return MNEMONICS[bit];
  }

  /** The {@code VmFlags} value of smaps: each mnemonic followed by one space, in bit order. */
  public static String mnemonics(long flags) {
    StringBuilder text = new StringBuilder();
    for (long rest = flags; rest != 0; rest &= rest - 1) {
      String name = MNEMONICS[Long.numberOfTrailingZeros(rest)];
      if (!name.isEmpty()) {
        text.append(name).append(' ');
      }
    }
    return text.toString();
  }

  /** The flag behind a smaps mnemonic, or 0 when unknown. */
  public static long ofMnemonic(String name) {
    for (int bit = 0; bit < MNEMONICS.length; bit++) {
      if (MNEMONICS[bit].equals(name) && !name.isEmpty() && !name.equals("??")) {
        return 1L << bit;
      }
    }
    return 0;
  }
}
