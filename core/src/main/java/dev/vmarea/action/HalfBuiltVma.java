// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapAction;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A VMA on its way through an old hook, and what the hook can do with it. It holds a reference to
 * its file. Under the address space's lock.
 */
public final class HalfBuiltVma extends LegacyVma implements NewVma {
  private final HookScope scope;
  private final PageProtection template;
  private @Nullable PfnReservation reservation;
  private @Nullable VmOperations told;
  private boolean closed;

  /** A VMA for [start, end); the reference to {@code file} is taken. */
  public HalfBuiltVma(
      HookScope scope, long start, long end, long pgoff, long vmFlags, OpenFile file) {
    super(scope, start, end, pgoff, vmFlags, file.get());
    this.scope = scope;
    this.template = pageProtection();
  }

  @Override
  public PageProtection protection() {
    return pageProtection();
  }

  @Override
  public @Nullable PfnReservation reservation() {
    return reservation;
  }

  @Override
  public void reservation(PfnReservation held) {
    reservation = held;
  }

  /** The old hook has returned: what it kept of this is worth nothing any more. */
  public void expire() {
    closed = true;
  }

  /** An inner file's success hook has returned; the old hook goes on. */
  @Override
  public void close() {}

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          String.format(
              "the VMA of [%x, %x) is no longer its hook's: the hook has returned",
              start(), end()));
    }
  }

  @Override
  public void remapPfnRange(long address, long pfn, long size, PageProtection protection)
      throws ErrnoException {
    checkOpen();
    boolean whole = address == start() && address + Pages.ceil(size) == end();
    pgoff(PfnRemap.pgoff(vmFlags(), whole, pfn, pgoff()));
    vmFlags(vmFlags() | VmFlags.REMAP_FLAGS);
    PfnRemap.complete(scope, this, address, pfn, size, protection);
  }

  @Override
  public void ioRemapPfnRange(long address, long pfn, long size, PageProtection protection)
      throws ErrnoException {
    Architecture architecture = scope.kernel().architecture();
    remapPfnRange(
        address, architecture.ioRemapPfn(pfn, size), size, architecture.decrypted(protection));
  }

  @Override
  public void ioMapMemory(long physical, long bytes) throws ErrnoException {
    long pfn = IoArea.firstPfn(physical, bytes, pgoff(), pages());
    ioRemapPfnRange(start(), pfn, size(), pageProtection());
  }

  @Override
  public void insertPages(long address, List<Long> pfns) throws ErrnoException {
    checkOpen();
    vmFlags(vmFlags() | VmFlags.MIXEDMAP);
    new ActionCompletion(scope, this).insert(address, pfns);
  }

  @Override
  public void insertFrames(long address, long pfn, long pages) throws ErrnoException {
    checkOpen();
    vmFlags(vmFlags() | VmFlags.MIXEDMAP);
    new ActionCompletion(scope, this).insert(new MmapAction.MixedMap.Frames(address, pfn, pages));
  }

  @Override
  public void mapThrough(OpenFile inner, @Nullable FileOperations operations)
      throws ErrnoException {
    checkOpen();
    new CompatLayer(scope, this).map(inner, operations);
  }

  /** What the hook left beside flags, file and callbacks. */
  public VmaExtras extras() {
    boolean chosen = !pageProtection().equals(template);
    return VmaExtras.NONE.withDriver(
        new DriverData(privateData(), chosen ? pageProtection() : null, reservation));
  }

  /**
   * The hook has failed: what it put into the page tables goes, the reference to the file too. Its
   * callbacks are not called, unless an inner file's have counted the mapping already.
   */
  public void discard() {
    if (told != null && !scope.has(Difference.COMPAT_FAILURE_FORGETS_MAPPED)) {
      told.close(vma());
    }
    PageTables tables = scope.mm().pageTablesIfAny();
    if (tables != null) {
      tables.zap(start(), end(), scope.kernel().memory());
      Vma below = scope.mm().tree().before(start());
      Vma above = scope.mm().tree().find(end());
      tables.freeTables(
          start(),
          end(),
          below == null ? 0 : below.end(),
          above == null ? scope.mm().config().taskSize() : above.start());
    }
    if (reservation != null) {
      reservation.release();
      reservation = null;
    }
    OpenFile held = file();
    if (held != null) {
      held.put();
    }
  }

  // On its way through the compatibility layer:

  /** As it would be, were it published now. */
  @Override
  public Vma vma() {
    return new Vma(
        start(), end(), pgoff(), vmFlags(), VmaHandle.of(file()), file(), null, vmOps(), extras());
  }

  @Override
  public void setAnonymous() {
    vmOps(null);
  }

  @Override
  public void told() {
    told = vmOps();
  }

  @Override
  public boolean isHidden() {
    return false;
  }

  @Override
  public void reveal() {}

  @Override
  public boolean isCleanedUpByCaller() {
    return !scope.has(Difference.COMPAT_UNMAPS);
  }

  /** What kernels up to 7.0 do: unmap the range, where only older mappings can be. */
  @Override
  public void unmap() {
    if (scope.mm().tree().overlap(start(), end()) != null) {
      scope.warn(
          KernelWarning.Kind.DOUBLE_DETACH,
          String.format("old mappings in [%x, %x) are taken out a second time", start(), end()));
      scope.mm().tree().remove(start(), end());
    }
  }
}
