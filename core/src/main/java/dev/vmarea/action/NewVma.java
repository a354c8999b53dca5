// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.vma.CompletedVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import org.jspecify.annotations.Nullable;

/** A VMA that a prepare hook has just made, whoever called it, on its way through the finish. */
interface NewVma extends RemapTarget, CompletedVma {
  /** Offset in pages. */
  long pgoff();

  /** The file it holds. */
  @Nullable OpenFile file();

  /** Its callbacks. */
  @Nullable VmOperations vmOps();

  /** What the driver keeps with it. */
  @Nullable Object privateData();

  /** Its callbacks have been told that it is mapped. */
  void told();

  /** The success hook has returned: what it kept of this is worth nothing any more. */
  void close();

  /** Whether the file's reverse map is locked, so that nobody can find the VMA yet. */
  boolean isHidden();

  /** Lets others find it. */
  void reveal();

  /** Whether its caller cleans up after a failure: nothing is unmapped, no error filtered. */
  boolean isCleanedUpByCaller();

  /** Takes it out after a failure. */
  void unmap();
}
