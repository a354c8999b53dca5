// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.trace.pagetable.PageTableImage;
import dev.vmarea.trace.procmaps.MapsLayout;
import dev.vmarea.trace.procmaps.MapsText;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One address space of the log, shared by whoever CLONE_VM made share it. */
final class TracedMemory implements ReplayedMemory {
  private @Nullable AddressSpace space;
  private int number = -1;
  private int pid;
  private String command = "";

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

  /** Whether it is known where the heap begins; else the first brk tells it. */
  boolean heapKnown;

  /** Whether execve placed things at random, which also makes MAP_32BIT random. */
  boolean randomized = true;

  int peak;

  /** Whether page tables were lost in {@link #restore}. */
  boolean tablesLost;

  private TracedMemory(@Nullable AddressSpace space, String unknownBecause) {
    this.space = space;
    this.unknownBecause = unknownBecause;
  }

  static TracedMemory unknown(String because) {
    return new TracedMemory(null, because);
  }

  static TracedMemory of(AddressSpace space) {
    TracedMemory memory = new TracedMemory(space, "");
    memory.peak = space.mapCount();
    return memory;
  }

  boolean isKnown() {
    return space != null;
  }

  String unknownBecause() {
    return unknownBecause;
  }

  /** A follower is about to be told of it. */
  void begin(int ownNumber, int ownPid, String ownCommand) {
    number = ownNumber;
    pid = ownPid;
    command = ownCommand;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public String command() {
    return command;
  }

  /** The model. Ask {@link #isKnown()} first. */
  @Override
  public AddressSpace space() {
    if (space == null) {
      throw new IllegalStateException("memory is not known: " + unknownBecause);
    }
    return space;
  }

  int vmas() {
    return space == null ? 0 : space.mapCount();
  }

  /** A call was made: notes the number of areas. */
  void counted() {
    peak = Math.max(peak, vmas());
  }

  /** Everything that a call could have changed, to be put back with {@link #restore}. */
  record Snapshot(List<Vma> areas, ProgramLayout layout, long defFlags, boolean ksm) {
    /** New memory like that, of {@code task}; what forbids memory written and run is as in old. */
    AddressSpace restored(Machine machine, Task task, Mm old) {
      AddressSpace restored = machine.newAddressSpace(layout.copy(), task);
      for (Vma vma : areas) {
        DriverData driver = vma.extras().driver();
        // What the driver had reserved stays with the old address space.
        restored.install(vma.withExtras(vma.extras().withDriver(driver.withReservation(null))));
      }
      restored.mm().defFlags(defFlags);
      restored.mm().ksmMergeAny(ksm);
      restored.mm().denyWriteExec(old.denyWriteExec(), old.denyWriteExecNotInherited());
      return restored;
    }
  }

  Snapshot snapshot() {
    return snapshot(space());
  }

  static Snapshot snapshot(AddressSpace space) {
    Mm mm = space.mm();
    List<Vma> areas = new ArrayList<>(mm.mapCount());
    for (Vma vma : mm.tree()) {
      areas.add(vma);
    }
    return new Snapshot(areas, mm.layout().copy(), mm.defFlags(), mm.ksmMergeAny());
  }

  void restore(Snapshot snapshot) {
    AddressSpace old = space();
    tablesLost |= old.pageTables() != null;
    old.exit();
    space = snapshot.restored(old.machine(), old.task(), old.mm());
  }

  /** What a program inherits through execve: PR_SET_MEMORY_MERGE and PR_SET_MDWE. */
  record Inherited(boolean ksm, boolean denyWriteExec) {
    static final Inherited NOTHING = new Inherited(false, false);

    void applyTo(Mm mm) {
      mm.ksmMergeAny(ksm);
      mm.denyWriteExec(denyWriteExec, false);
    }
  }

  Inherited inherited() {
    AddressSpace current = space;
    if (current == null) {
      return Inherited.NOTHING;
    }
    Mm mm = current.mm();
    return new Inherited(mm.ksmMergeAny(), mm.denyWriteExec() && !mm.denyWriteExecNotInherited());
  }

  /** Nobody uses the memory any longer. */
  void release() {
    AddressSpace old = space;
    if (old != null) {
      old.exit();
    }
  }

  /** The lines of maps with the page tables. */
  PageTableImage pageTables() {
    PageTableImage image = PageTableImage.of(space());
    return vsyscall ? image.withVsyscall() : image;
  }

  /** The text of maps. */
  byte[] mapsText() {
    ProgramLayout layout = space().layout();
    MapsText text = new MapsText(new MapsLayout(layout.startBrk, layout.brk, layout.startStack));
    for (Vma vma : space().vmas()) {
      text.add(vma);
    }
    if (vsyscall) {
      text.addVsyscall();
    }
    return text.toBytes();
  }
}
