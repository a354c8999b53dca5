// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import dev.vmarea.base.VmFlags;
import dev.vmarea.files.KernelMapping;
import dev.vmarea.mapping.AsyncIoOperation;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.AsyncIoContexts;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MappingImage;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the VMAs of an address space share, numbered; and whether all of it can be saved. */
final class SavedTables {
  final Numbering<DirectoryEntry> entries = new Numbering<>();
  final Numbering<Inode> inodes = new Numbering<>();
  final Numbering<OpenFile> files = new Numbering<>();
  final Numbering<AnonVma> anons = new Numbering<>();
  final Numbering<UserfaultContext> userfaults = new Numbering<>();
  final Numbering<VmOperations> callbacks = new Numbering<>();
  final Numbering<Object> privateData = new Numbering<>();
  final Numbering<PfnReservation> reservations = new Numbering<>();

  /** By number of the open file. */
  final List<String> kinds = new ArrayList<>();

  /** The state of each, with the number of the open file whose driver it is. */
  final List<Owned> callbackStates = new ArrayList<>();

  final List<Owned> privateStates = new ArrayList<>();

  private final Mm mm;

  /** What a driver made of an object of its own. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Owned(int file, byte[] state) {}

  /**
   * Numbers everything in {@code mm}, whose lock is held.
   *
   * @throws ImageException naming the first VMA that cannot be saved
   */
  SavedTables(Mm mm) throws ImageException {
    this.mm = mm;
    for (Vma vma : mm.tree()) {
      add(vma);
    }
    for (AsyncIoContexts.Context context : mm.asyncIo().all()) {
      number(context.ring(), false);
    }
  }

  private void add(Vma vma) throws ImageException {
    OpenFile file = vma.file();
    int number = file == null ? -1 : number(file, !vma.has(VmFlags.NORESERVE));
    AnonVma anon = vma.anon();
    if (anon != null) {
      anons.of(anon);
    }
    UserfaultContext userfault = vma.extras().userfault();
    if (userfault != null) {
      userfaults.of(userfault);
    }
    PfnReservation reservation = vma.extras().driver().reservation();
    if (reservation != null) {
      reservations.of(reservation);
    }
    if (kind(vma) == OperationsKind.DRIVER) {
      VmOperations ops = vma.ops();
      if (ops != null && !callbacks.has(ops)) {
        MappingImage driver = driver(vma);
        callbackStates.add(new Owned(number, state(vma, () -> driver.saveCallbacks(ops))));
        callbacks.of(ops);
      }
    }
    Object data = vma.privateData();
    if (data != null && !privateData.has(data)) {
      MappingImage driver = driver(vma);
      privateStates.add(new Owned(number, state(vma, () -> driver.savePrivateData(data))));
      privateData.of(data);
    }
  }

  private int number(OpenFile file, boolean charged) {
    int number = files.of(file);
    if (number == kinds.size()) {
      entries.of(file.entry());
      inodes.of(file.inode());
      kinds.add(FileKinds.of(file, AsyncIoOperation.ownerOfRing(file) == mm, charged));
    }
    return number;
  }

  /** Which callbacks a VMA has. */
  static OperationsKind kind(Vma vma) {
    VmOperations ops = vma.ops();
    OpenFile file = vma.file();
    if (ops == null) {
      return OperationsKind.ANONYMOUS;
    }
    if (ops == NoOperations.INSTANCE) {
      return OperationsKind.NOTHING;
    }
    if (file != null && ops == file.operations()) {
      return OperationsKind.OF_FILE;
    }
    return ops instanceof KernelMapping ? OperationsKind.KERNEL : OperationsKind.DRIVER;
  }

  /**
   * The driver of a VMA that has something of a driver's.
   *
   * @throws ImageException if it saves nothing
   */
  static MappingImage driver(Vma vma) throws ImageException {
    OpenFile file = vma.file();
    if (file != null && file.operations() instanceof MappingImage driver) {
      return driver;
    }
    throw new ImageException(
        "the driver of " + name(vma) + " does not say how its mappings are saved (MappingImage)");
  }

  /** A VMA in a message. */
  static String name(Vma vma) {
    OpenFile file = vma.file();
    return vma + (file == null ? "" : " of " + file.entry().display());
  }

  private byte[] state(Vma vma, Supplier<byte[]> driver) throws ImageException {
    byte[] state;
    try {
      state = mm.lock().inHook(driver::get);
    } catch (IllegalArgumentException refused) {
      throw new ImageException("the driver of " + name(vma) + " cannot save it", refused);
    }
    if (state.length > MappingImage.MAX_STATE) {
      throw new ImageException(
          "the driver of " + name(vma) + " has a state of " + state.length + " bytes");
    }
    return state;
  }

  /** The number of an object that may be missing: then {@code size}. */
  static <T> int orNone(Numbering<T> numbering, @Nullable T object) {
    return object == null ? numbering.size() : numbering.of(object);
  }
}
