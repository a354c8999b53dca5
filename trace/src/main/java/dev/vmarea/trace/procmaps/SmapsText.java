// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The text of {@code /proc/PID/smaps} and {@code smaps_rollup} for a model, as the kernel prints it
 * (mm-semantics 8.2). Add VMAs in order of address. Not thread-safe.
 */
public final class SmapsText {
  private final MapsLayout layout;
  private final boolean pkeys;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A text without entries, of a machine without protection keys. */
  public SmapsText(MapsLayout layout) {
    this(layout, false);
  }

  /**
   * A text without entries.
   *
   * @param pkeys whether the machine has protection keys, and the text a line that says them
   */
  public SmapsText(MapsLayout layout, boolean pkeys) {
    this.layout = layout;
    this.pkeys = pkeys;
  }

  /**
   * The whole text of an address space.
   *
   * @param thpEligible which VMAs may get transparent huge pages
   */
  public static byte[] of(AddressSpace space, Predicate<? super Vma> thpEligible) {
    var program = space.layout();
    SmapsText text =
        new SmapsText(
            new MapsLayout(program.startBrk, program.brk, program.startStack),
            space.machine().kernel().config().pkeys());
    for (Vma vma : space.vmas()) {
      text.add(vma, space.usage(vma), thpEligible.test(vma));
    }
    return text.toBytes();
  }

  /** The text of {@code smaps_rollup} of an address space; empty for one without VMAs. */
  public static byte[] rollup(AddressSpace space) {
    long start = -1;
    long end = 0;
    for (Vma vma : space.vmas()) {
      start = start < 0 ? vma.start() : start;
      end = vma.end();
    }
    if (start < 0) {
      return new byte[0];
    }
    String range = String.format(Locale.ROOT, "%08x-%08x ---p 00000000 00:00 0 ", start, end);
    StringBuilder text = new StringBuilder(range);
    text.repeat(' ', Math.max(0, MapsText.NAME_COLUMN - text.length())).append("[rollup]\n");
    counters(text, space.usage(), true);
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Adds the entry of {@code vma} without the lines that count pages, for a layout that has none.
   */
  public void add(Vma vma) {
    StringBuilder text = head(vma);
    flags(text, vma);
    put(text);
  }

  /**
   * Adds the entry of {@code vma}.
   *
   * @param usage what its pages add up to
   * @param thpEligible whether it may get transparent huge pages
   */
  public void add(Vma vma, MemoryUsage usage, boolean thpEligible) {
    StringBuilder text = head(vma);
    counters(text, usage, false);
    text.append(new SmapsField("THPeligible", thpEligible ? 1 : 0, false).text()).append('\n');
    if (pkeys) {
      long key =
          (vma.flags() & VmFlags.PKEY_MASK) >>> Long.numberOfTrailingZeros(VmFlags.PKEY_MASK);
      text.append(new SmapsField("ProtectionKey", key, false).text()).append('\n');
    }
    flags(text, vma);
    put(text);
  }

  private StringBuilder head(Vma vma) {
    MapsText line = new MapsText(layout);
    line.add(vma);
    StringBuilder text = new StringBuilder(1024);
    text.append(new String(line.toBytes(), StandardCharsets.ISO_8859_1));
    field(text, "Size", vma.length());
    field(text, "KernelPageSize", pageSize(vma));
    field(text, "MMUPageSize", pageSize(vma));
    return text;
  }

  private static void counters(StringBuilder text, MemoryUsage usage, boolean rollup) {
    MemoryUsage.Pss pss = usage.pss();
    field(text, "Rss", usage.rss());
    share(text, "Pss", pss.total());
    share(text, "Pss_Dirty", pss.dirty());
    if (rollup) {
      share(text, "Pss_Anon", pss.anonymous());
      share(text, "Pss_File", pss.file());
      share(text, "Pss_Shmem", pss.shmem());
    }
    field(text, "Shared_Clean", usage.sharedClean());
    field(text, "Shared_Dirty", usage.sharedDirty());
    field(text, "Private_Clean", usage.privateClean());
    field(text, "Private_Dirty", usage.privateDirty());
    field(text, "Referenced", usage.referenced());
    field(text, "Anonymous", usage.anonymous());
    field(text, "KSM", 0); // no page is merged with another
    field(text, "LazyFree", usage.lazyFree());
    field(text, "AnonHugePages", usage.huge().anonymous());
    field(text, "ShmemPmdMapped", usage.huge().shmem());
    field(text, "FilePmdMapped", usage.huge().file());
    field(text, "Shared_Hugetlb", usage.huge().sharedHugetlb());
    field(text, "Private_Hugetlb", usage.huge().privateHugetlb());
    field(text, "Swap", 0); // nor swapped out
    field(text, "SwapPss", 0);
    share(text, "Locked", pss.locked());
  }

  private static void flags(StringBuilder text, Vma vma) {
    text.append("VmFlags: ").append(VmFlags.mnemonics(vma.flags())).append('\n');
  }

  private static void field(StringBuilder text, String name, long bytes) {
    text.append(new SmapsField(name, bytes >>> 10, true).text()).append('\n');
  }

  private static void share(StringBuilder text, String name, long share) {
    field(text, name, MemoryUsage.Pss.bytes(share));
  }

  private static long pageSize(Vma vma) {
    OpenFile file = vma.file();
    FileOperations operations = file == null ? null : file.operations();
    long huge = operations == null ? 0 : operations.hugePageSize();
    return huge == 0 ? Pages.SIZE : huge;
  }

  private void put(StringBuilder text) {
    out.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The text so far. */
  public byte[] toBytes() {
    return out.toByteArray();
  }
}
