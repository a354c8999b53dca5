// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.StackedOperations;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A container's callbacks with open and close of Coda's own ({@code coda_vm_ops}): counted by the
 * VMAs that have them, and with the last one the Coda file is put.
 */
final class CodaOperations extends StackedOperations {
  private final VmOperations host;
  private final OpenFile file;
  private final Runnable freed;
  private final AtomicInteger references = new AtomicInteger(1);

  /**
   * Callbacks of one VMA so far.
   *
   * @param host the container's, copied
   * @param file the Coda file; the reference to it becomes theirs
   * @param freed told when no VMA has them any more
   */
  CodaOperations(@Nullable VmOperations host, OpenFile file, Runnable freed) {
    this.host = host == null ? NoOperations.INSTANCE : host;
    this.file = file;
    this.freed = freed;
  }

  /** VMAs that have them. */
  int references() {
    return references.get();
  }

  @Override
  protected VmOperations inner() {
    return host;
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  @Override
  public void open(Vma vma) {
    references.incrementAndGet();
    super.open(vma);
  }

  @Override
  public void close(Vma vma) {
    super.close(vma);
    if (references.decrementAndGet() == 0) {
      freed.run();
      file.put();
    }
  }
}
