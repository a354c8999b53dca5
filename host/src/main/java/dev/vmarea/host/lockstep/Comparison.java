// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Counters;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.trace.replay.DiffLine;
import dev.vmarea.trace.replay.MapComparison;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares an address space of the model with what the kernel shows of its twin. */
final class Comparison {
  private static final long KILOBYTES_PER_PAGE = 4;
  private static final Set<String> HIDDEN = Set.of("/dev/zero", "/anon_hugepage");
  private static final int MOST_LINES = 6;

  // Bits that smaps does not print, or that change by themselves.
  private static final long INVISIBLE = VmFlags.PKEY_MASK | VmFlags.SOFTDIRTY;

  private final boolean vsyscall;
  private final Map<Exclusion, Integer> exclusions;
  private final PageComparison pages;

  Comparison(final boolean vsyscall, final Map<Exclusion, Integer> exclusions) {
    this.vsyscall = vsyscall;
    this.exclusions = exclusions;
    this.pages = new PageComparison(exclusions);
  }

  /** From now on the kernel has pages that the model cannot know: their counters are let be. */
  void pagesUnknown() {
    pages.unknown();
  }

  /** What differs, in a few lines, or null. */
  @Nullable String difference(final AddressSpace model, final KernelMap kernel) throws IOException {
    numberHiddenFiles(model, kernel);
    final byte[] expected = maps(model, vsyscall);
    if (!kernel.sameMaps(expected)) {
      return lines(kernel.maps(), expected);
    }
    final String flags = kernel.areas() < 0 ? null : flags(model, kernel);
    final String sizes = flags != null ? flags : counters(model.mm().counters(), kernel);
    return sizes != null || kernel.areas() < 0 ? sizes : pages.difference(model, kernel);
  }

  private static @Nullable String flags(final AddressSpace model, final KernelMap kernel) {
    int area = 0;
    for (final Vma vma : model.vmas()) {
      final long visible = vma.flags() & ~INVISIBLE;
      if (area >= kernel.areas() || kernel.flags(area) != visible) {
        return "VmFlags of "
            + Long.toHexString(vma.start())
            + "-"
            + Long.toHexString(vma.end())
            + "\nkernel "
            + VmFlags.mnemonics(kernel.flags(area))
            + "\nmodel  "
            + VmFlags.mnemonics(visible);
      }
      area++;
    }
    return null;
  }

  private static @Nullable String counters(final Counters model, final KernelMap kernel) {
    final String size = counter("VmSize", kernel.total(), model.totalVm());
    final String locked = size != null ? size : counter("VmLck", kernel.locked(), model.lockedVm());
    final String data = locked != null ? locked : counter("VmData", kernel.data(), model.dataVm());
    return data != null ? data : counter("VmStk", kernel.stack(), model.stackVm());
  }

  private static @Nullable String counter(
      final String name, final long kilobytes, final long pages) {
    return kilobytes == pages * KILOBYTES_PER_PAGE
        ? null
        : name + ": kernel " + kilobytes + " kB, model " + pages * KILOBYTES_PER_PAGE + " kB";
  }

  private static String lines(final byte[] kernel, final byte[] model) {
    final StringBuilder text = new StringBuilder("maps");
    final List<DiffLine> lines = MapComparison.of(kernel, model).lines();
    for (final DiffLine line : lines.subList(0, Math.min(MOST_LINES, lines.size()))) {
      text.append("\nkernel ").append(line.expected() == null ? "-" : line.expected());
      text.append("\nmodel  ").append(line.actual() == null ? "-" : line.actual());
    }
    return text.toString();
  }

  /** The text of maps for the model. */
  static byte[] maps(final AddressSpace model, final boolean vsyscall) {
    final ProgramLayout layout = model.layout();
    final MapsText text =
        new MapsText(new MapsLayout(layout.startBrk, layout.brk, layout.startStack));
    for (final Vma vma : model.vmas()) {
      text.add(vma);
    }
    if (vsyscall) {
      text.addVsyscall();
    }
    return text.toBytes();
  }

  /**
   * Shared anonymous memory and anonymous huge pages show the number of a file that the kernel
   * made: the model learns it from the first map that shows the area. Another area cannot have the
   * same number.
   */
  private void numberHiddenFiles(final AddressSpace model, final KernelMap kernel)
      throws IOException {
    Map<Long, MapsEntry> shown = null;
    for (final Vma vma : model.vmas()) {
      final OpenFile file = vma.file();
      if (file == null || file.inode().number() != 0 || !HIDDEN.contains(file.entry().path())) {
        continue;
      }
      if (shown == null) {
        shown = byStart(kernel.maps());
      }
      final MapsEntry entry = shown.get(vma.start());
      if (entry != null
          && MapsText.shownName(file).equals(entry.name())
          && !known(model, entry.inode())) {
        file.inode().identify(entry.major(), entry.minor(), entry.inode());
        exclusions.merge(Exclusion.FILE_NUMBER, 1, Integer::sum);
      }
    }
  }

  private static boolean known(final AddressSpace model, final long number) {
    for (final Vma vma : model.vmas()) {
      final OpenFile file = vma.file();
      if (file != null && file.inode().number() == number && HIDDEN.contains(file.entry().path())) {
        return true;
      }
    }
    return false;
  }

  private static Map<Long, MapsEntry> byStart(final byte[] maps) throws IOException {
    final Map<Long, MapsEntry> entries = new HashMap<>();
    for (final MapsEntry entry :
        MapsFile.read(new ByteArrayInputStream(maps), "maps of the puppet")) {
      entries.put(entry.start(), entry);
    }
    return entries;
  }
}
