// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.files.KernelMapping;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.AsyncIoContexts;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MemoryPolicy;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * Writes an address space, section by section. The same state gives the same bytes: everything is
 * in order of address, or of the first area that has it.
 */
public final class ImageWriter {
  private final Mm mm;
  private final SavedTables tables;
  private final SectionOutput out;

  private ImageWriter(Mm mm, SavedTables tables, SectionOutput out) {
    this.mm = mm;
    this.tables = tables;
    this.out = out;
  }

  /**
   * Writes {@code mm} to {@code stream}, which stays open. Holds the address space's lock all the
   * while; threads that store meanwhile may be caught between two stores.
   *
   * @throws ImageException if some mapping cannot be saved; nothing has been written then
   * @throws IOException what the stream says
   */
  public static void write(Mm mm, OutputStream stream) throws IOException {
    mm.lock().lock();
    try {
      SavedTables tables = new SavedTables(mm);
      EntryOutput.check(mm);
      new ImageWriter(mm, tables, new SectionOutput(stream)).writeAll();
    } finally {
      mm.lock().unlock();
    }
  }

  private void writeAll() throws IOException {
    out.record(Section.MACH)
        .text(mm.kernel().profile().name())
        .text(mm.kernel().architecture().name());
    space();
    for (DirectoryEntry entry : tables.entries.all()) {
      checkedText(out.record(Section.DENT), entry.path()).bool(entry.isDeleted());
    }
    for (Inode inode : tables.inodes.all()) {
      inode(inode);
    }
    for (OpenFile file : tables.files.all()) {
      file(file);
    }
    for (Inode inode : tables.inodes.all()) {
      cachedPages(inode);
    }
    for (AnonVma anon : tables.anons.all()) {
      out.record(Section.ANON).bool(anon.isForkChild());
    }
    owned(Section.CALL, tables.callbackStates);
    owned(Section.PRIV, tables.privateStates);
    for (PfnReservation reservation : tables.reservations.all()) {
      out.record(Section.RESV)
          .i64(reservation.pfn())
          .i64(reservation.pages())
          .bool(reservation.isTracked())
          .i64(reservation.protection().bits());
    }
    for (Vma vma : mm.tree()) {
      vma(vma);
    }
    for (AsyncIoContexts.Context context : mm.asyncIo().all()) {
      out.record(Section.AIOC)
          .i32(tables.files.of(context.ring()))
          .i64(context.address())
          .i64(context.length())
          .i64(context.requests());
    }
    EntryOutput.write(mm, out);
    out.end();
  }

  private static SectionOutput checkedText(SectionOutput to, String text) throws ImageException {
    if (text.length() > 1 << 15) {
      throw new ImageException("a name of " + text.length() + " characters");
    }
    return to.text(text);
  }

  private void space() throws IOException {
    ProgramLayout layout = mm.layout();
    out.record(Section.SPAC)
        .i64(layout.startCode)
        .i64(layout.endCode)
        .i64(layout.startData)
        .i64(layout.endData)
        .i64(layout.startBrk)
        .i64(layout.brk)
        .i64(layout.startStack)
        .i64(layout.argStart)
        .i64(layout.argEnd)
        .i64(layout.envStart)
        .i64(layout.envEnd)
        .i64(layout.mmapBase)
        .i64(layout.legacyBase)
        .bool(layout.bottomUp)
        .i64(mm.defFlags())
        .bool(mm.ksmMergeAny())
        .bool(mm.denyWriteExec())
        .bool(mm.denyWriteExecNotInherited())
        .i64(mm.counters().lockedVm())
        .bool(mm.pageTablesIfAny() != null);
  }

  private void inode(Inode inode) throws IOException {
    FileSystem fileSystem = inode.fileSystem();
    checkedText(out.record(Section.INOD).u8(inode.type().ordinal()), fileSystem.type())
        .bool(fileSystem.noexec())
        .bool(fileSystem.thpAligned())
        .i32(inode.deviceMajor())
        .i32(inode.deviceMinor())
        .i64(inode.number())
        .i64(inode.size())
        .i32(inode.seals())
        .bool(inode.isAppendOnly())
        .bool(inode.isSwapFile());
  }

  private void file(OpenFile file) throws IOException {
    String kind = tables.kinds.get(tables.files.of(file));
    out.record(Section.FILE)
        .i32(tables.inodes.of(file.inode()))
        .i32(tables.entries.of(file.entry()))
        .i32(file.openFlags())
        .text(kind);
    SharedSegment segment = SharedSegment.of(file);
    if (segment != null) {
      out.i32(segment.id()).i32(segment.key()).i64(segment.size()).bool(segment.isRemoved());
    }
  }

  private void cachedPages(Inode inode) throws IOException {
    int number = tables.inodes.of(inode);
    for (Map.Entry<Long, Long> page : inode.pageCache().frames().entrySet()) {
      KernelPage contents = new KernelPage(mm.kernel().memory(), page.getValue());
      out.record(Section.CPAG)
          .i32(number)
          .i64(page.getKey())
          .page(contents.contents().asByteBuffer());
    }
  }

  private void owned(Section section, List<SavedTables.Owned> states) throws IOException {
    for (SavedTables.Owned each : states) {
      out.record(section).i32(each.file()).bytes(each.state());
    }
  }

  private void vma(Vma vma) throws IOException {
    OperationsKind kind = SavedTables.kind(vma);
    out.record(Section.VMAS)
        .i64(vma.start())
        .i64(vma.end())
        .i64(vma.pgoff())
        .i64(vma.flags())
        .i32(SavedTables.orNone(tables.files, vma.file()))
        .i32(SavedTables.orNone(tables.anons, vma.anon()))
        .u8(kind.ordinal());
    VmOperations ops = vma.ops();
    if (ops instanceof KernelMapping mapping) {
      checkedText(out, mapping.shownName());
    } else if (kind == OperationsKind.DRIVER && ops != null) {
      out.i32(tables.callbacks.of(ops));
    }
    extras(vma.extras());
  }

  private void extras(VmaExtras extras) throws IOException {
    String name = extras.name();
    out.bool(name != null);
    if (name != null) {
      checkedText(out, name);
    }
    MemoryPolicy policy = extras.policy();
    out.bool(policy != null);
    if (policy != null) {
      out.i32(policy.mode()).i32(policy.modeFlags()).i64(policy.nodes()).i32(policy.homeNode());
    }
    UserfaultContext userfault = extras.userfault();
    out.i32(userfault == null ? 0 : tables.userfaults.of(userfault) + 1);
    out.i32(SavedTables.orNone(tables.privateData, extras.driver().privateData()));
    out.i32(SavedTables.orNone(tables.reservations, extras.driver().reservation()));
    boolean chosen = extras.driver().protection() != null;
    out.bool(chosen);
    if (extras.driver().protection() != null) {
      out.i64(extras.driver().protection().bits());
    }
  }
}
