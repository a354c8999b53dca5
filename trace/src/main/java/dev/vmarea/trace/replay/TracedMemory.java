// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One address space of the log, shared by whoever CLONE_VM made share it. */
final class TracedMemory {
  private final Kernel kernel;
  private @Nullable Mm mm;

  /** Why the model does not know this memory; empty if it does. */
  private final String unknownBecause;

  /** Calls that began and did not return, in the order in which they began. */
  final List<PendingCall> pending = new ArrayList<>(2);

  /** Addresses at which calls began or ended: only there can areas have met. */
  AddressSet edges = new AddressSet();

  /** Whether maps ends with the line of the legacy page. */
  boolean vsyscall;

  /** Processes that use it. */
  int users;

  /** Whether the calls of the program's text layout have set where the heap begins. */
  boolean heapKnown;

  long calls;
  long skipped;
  int peak;

  private TracedMemory(Kernel kernel, @Nullable Mm mm, String unknownBecause) {
    this.kernel = kernel;
    this.mm = mm;
    this.unknownBecause = unknownBecause;
  }

  static TracedMemory unknown(Kernel kernel, String because) {
    return new TracedMemory(kernel, null, because);
  }

  static TracedMemory of(Kernel kernel, Mm mm) {
    TracedMemory memory = new TracedMemory(kernel, mm, "");
    memory.peak = mm.mapCount();
    return memory;
  }

  /** An address space with these areas, charged and counted as if they had been mapped. */
  static Mm build(Kernel kernel, Task task, ProgramLayout layout, Iterable<Vma> areas) {
    Mm mm = new Mm(kernel, layout);
    for (Vma area : areas) {
      Vma vma =
          new Vma(
              area.start(),
              area.end(),
              area.pgoff(),
              area.flags(),
              new VmaHandle(),
              area.file(),
              area.anon(),
              area.ops(),
              area.extras());
      mm.editor().insert(vma);
      mm.counters().map(vma.flags(), vma.pages());
      if (vma.has(VmFlags.LOCKED)) {
        mm.counters().lock(vma.pages());
      }
      if (vma.has(VmFlags.ACCOUNT)) {
        mm.charge(task, vma.pages());
      }
    }
    return mm;
  }

  boolean isKnown() {
    return mm != null;
  }

  String unknownBecause() {
    return unknownBecause;
  }

  /** The model. Ask {@link #isKnown()} first. */
  Mm mm() {
    if (mm == null) {
      throw new IllegalStateException("memory is not known: " + unknownBecause);
    }
    return mm;
  }

  Kernel kernel() {
    return kernel;
  }

  int vmas() {
    return mm == null ? 0 : mm.mapCount();
  }

  void counted() {
    calls++;
    peak = Math.max(peak, vmas());
  }

  /** Everything that a failed call could have changed, to be put back with {@link #restore}. */
  record Snapshot(List<Vma> areas, ProgramLayout layout, long defFlags) {}

  Snapshot snapshot() {
    Mm model = mm();
    List<Vma> areas = new ArrayList<>(model.mapCount());
    for (Vma vma : model.tree()) {
      areas.add(vma);
    }
    return new Snapshot(areas, model.layout().copy(), model.defFlags());
  }

  void restore(Task task, Snapshot snapshot) {
    Mm old = mm();
    release();
    Mm restored = build(kernel, task, snapshot.layout.copy(), snapshot.areas);
    restored.defFlags(snapshot.defFlags);
    restored.ksmMergeAny(old.ksmMergeAny());
    restored.denyWriteExec(old.denyWriteExec(), old.denyWriteExecNotInherited());
    mm = restored;
  }

  /** Gives the commit charge back: the memory is no longer used, or is about to be rebuilt. */
  void release() {
    if (mm == null) {
      return;
    }
    long pages = 0;
    for (Vma vma : mm.tree()) {
      if (vma.has(VmFlags.ACCOUNT)) {
        pages += vma.pages();
      }
    }
    mm.uncharge(pages);
  }

  /** The text of maps. */
  byte[] mapsText() {
    Mm model = mm();
    ProgramLayout layout = model.layout();
    MapsText text =
        new MapsText(new MapsLayout(layout.startBrk, layout.brk, layout.startStack));
    for (Vma vma : model.tree()) {
      text.add(vma);
    }
    if (vsyscall) {
      text.addVsyscall();
    }
    return text.toBytes();
  }
}
