// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares the model's final map with the kernel's. */
final class FinalMap {
  private final List<MapsEntry> expected;
  private final Map<Long, MapsEntry> byStart = new HashMap<>();

  FinalMap(List<MapsEntry> expected) {
    this.expected = expected;
    for (MapsEntry entry : expected) {
      byStart.put(entry.start(), entry);
    }
  }

  /**
   * Takes device and inode numbers that no log contains from the expected map: those of files whose
   * numbers are not known, where both maps show the same name at the same address.
   */
  void identifyFiles(TracedMemory memory) {
    for (Vma vma : memory.space().vmas()) {
      OpenFile file = vma.file();
      if (file == null || file.inode().number() != 0) {
        continue;
      }
      MapsEntry entry = byStart.get(vma.start());
      if (entry != null && MapsText.shownName(file).equals(entry.name())) {
        Inode inode = file.inode();
        inode.identify(entry.major(), entry.minor(), entry.inode());
      }
    }
  }

  /**
   * Without evidence of writes, private memory counts as written only if a later merge shows it,
   * and the final map is such a sight: where it has two areas that could be one, and calls ended or
   * began there, the two must have been written apart.
   *
   * @return number of boundaries concluded so
   */
  int inferBoundaries(TracedMemory memory) {
    Mm mm = memory.space().mm();
    int inferred = 0;
    MapsEntry previous = null;
    for (MapsEntry entry : expected) {
      if (previous != null
          && previous.end() == entry.start()
          && memory.edges.contains(entry.start())
          && split(mm, entry.start())) {
        inferred++;
      }
      previous = entry;
    }
    return inferred;
  }

  private static boolean split(Mm mm, long at) {
    mm.lock().lock();
    try {
      Vma vma = mm.tree().lookup(at);
      boolean couldBeApart =
          vma != null
              && vma.start() < at
              && VmFlags.isCow(vma.flags())
              && !vma.hasAny(VmFlags.SPECIAL | VmFlags.MAYSHARE);
      if (!couldBeApart || vma == null) {
        return false;
      }
      mm.editor().split(vma, at, false, false);
      return true;
    } catch (ErrnoException e) {
      return false;
    } finally {
      mm.lock().unlock();
    }
  }

  MapComparison compare(TracedMemory memory) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(expected.size() * 100 + 16);
    for (MapsEntry entry : expected) {
      text.writeBytes(entry.toBytes());
      text.write('\n');
    }
    return MapComparison.of(text.toByteArray(), memory.mapsText());
  }

  /** Whether the only difference at the stack is how far it grew, which no call shows. */
  static boolean onlyStackGrowth(@Nullable DiffLine line) {
    return line != null
        && (line.expected() == null || line.expected().endsWith("[stack]"))
        && (line.actual() == null || line.actual().endsWith("[stack]"));
  }
}
