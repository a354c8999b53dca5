// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A cursor that runs from the first VMA to the last. */
final class VmaIterator implements Iterator<Vma> {
  private final VmaCursor cursor;
  private @Nullable Vma coming;

  VmaIterator(VmaCursor cursor) {
    this.cursor = cursor;
    this.coming = cursor.seek(0);
  }

  @Override
  public boolean hasNext() {
    return coming != null;
  }

  @Override
  public Vma next() {
    Vma vma = coming;
    if (vma == null) {
      throw new NoSuchElementException();
    }
    coming = cursor.next();
    return vma;
  }
}
