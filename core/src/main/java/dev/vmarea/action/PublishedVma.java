// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.Mm;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.DriverData;
import dev.vmarea.vma.FileVmaHandle;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import org.jspecify.annotations.Nullable;

/** A VMA in the tree: a change of it publishes a new version. Under the address space's lock. */
final class PublishedVma implements NewVma {
  private final Mm mm;
  private final VmaHandle handle;
  private final boolean removalReserved;
  private boolean hidden;
  private boolean closed;

  /**
   * A VMA that has just been published.
   *
   * @param hidden whether the lock of its file's reverse map is held on its behalf
   * @param removalReserved whether taking it out cannot fail
   */
  PublishedVma(Mm mm, Vma vma, boolean hidden, boolean removalReserved) {
    this.mm = mm;
    this.handle = vma.handle();
    this.hidden = hidden;
    this.removalReserved = removalReserved;
  }

  @Override
  public long pgoff() {
    return vma().pgoff();
  }

  @Override
  public @Nullable OpenFile file() {
    return vma().file();
  }

  @Override
  public @Nullable VmOperations vmOps() {
    return vma().ops();
  }

  @Override
  public @Nullable Object privateData() {
    return vma().privateData();
  }

  @Override
  public void told() {} // unmapping calls close in any case

  @Override
  public boolean isHidden() {
    return hidden;
  }

  @Override
  public void reveal() {
    if (hidden && handle instanceof FileVmaHandle file) {
      hidden = false;
      file.map().lock().unlock();
      file.map().revealed(file);
    }
  }

  @Override
  public boolean isCleanedUpByCaller() {
    return false;
  }

  @Override
  public void unmap() {
    Vma vma = vma();
    try {
      UnmapSet whole = UnmapSet.gather(mm, vma, vma.start(), vma.end());
      if (removalReserved) {
        whole.remove();
      } else {
        whole.unmap();
      }
    } catch (ErrnoException ignored) {
      return; // as in Linux: the VMA stays, empty (G10)
    }
  }

  @Override
  public Vma vma() {
    Vma current = handle.current();
    if (current == null) {
      throw new IllegalStateException("the VMA is gone");
    }
    return current;
  }

  @Override
  public long start() {
    return vma().start();
  }

  @Override
  public long end() {
    return vma().end();
  }

  @Override
  public long vmFlags() {
    return vma().flags();
  }

  @Override
  public PageProtection protection() {
    return mm.protection(vma());
  }

  @Override
  public @Nullable PfnReservation reservation() {
    return vma().extras().driver().reservation();
  }

  @Override
  public void reservation(PfnReservation reservation) {
    replace(vma().extras().driver().withReservation(reservation));
  }

  @Override
  public void close() {
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the VMA is no longer its hook's: the hook has returned");
    }
  }

  @Override
  public void privateData(@Nullable Object data) {
    checkOpen();
    replace(vma().extras().driver().withPrivateData(data));
  }

  private void replace(DriverData driver) {
    Vma old = vma();
    mm.editor().replace(old, old.withExtras(old.extras().withDriver(driver)));
  }

  @Override
  public void setAnonymous() {
    checkOpen();
    Vma old = vma();
    mm.editor().replace(old, old.withOps(null));
  }
}
