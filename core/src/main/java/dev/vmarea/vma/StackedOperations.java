// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks put in front of those of an inner file, which a stacked file leaves its mappings to: a
 * copy of them ({@code struct vm_operations_struct} assigned), of which the stacked file overrides
 * what it wants to know of.
 *
 * <p>Not copied is what the kernel recognises by the table itself: memory is secret only while it
 * has secretmem's own table. And {@link #mapped} is never asked for: the compatibility layer has
 * told the inner file before these callbacks came.
 */
public abstract class StackedOperations implements VmOperations {
  /** Callbacks in front of {@link #inner}'s. */
  protected StackedOperations() {}

  /** The callbacks behind these. */
  protected abstract VmOperations inner();

  @Override
  public boolean mapsAround() {
    return inner().mapsAround();
  }

  @Override
  public boolean hasClose() {
    return inner().hasClose();
  }

  @Override
  public void open(Vma vma) {
    inner().open(vma);
  }

  @Override
  public void close(Vma vma) {
    inner().close(vma);
  }

  @Override
  public @Nullable Errno maySplit(Vma vma, long address) {
    return inner().maySplit(vma, address);
  }

  @Override
  public @Nullable Errno mremap(Vma moved) {
    return inner().mremap(moved);
  }

  @Override
  public boolean hasFault() {
    return inner().hasFault();
  }

  @Override
  public FaultContext.Result fault(FaultContext fault) {
    return inner().fault(fault);
  }

  @Override
  public FaultContext.Result hugeFault(FaultContext fault, int level) {
    return inner().hugeFault(fault, level);
  }

  @Override
  public @Nullable Object privateDataOfCopy(Vma copy, boolean child) {
    return inner().privateDataOfCopy(copy, child);
  }

  @Override
  public @Nullable Object privateDataLeftBehind(Vma source) {
    return inner().privateDataLeftBehind(source);
  }

  @Override
  public @Nullable String name(Vma vma) {
    return inner().name(vma);
  }
}
