// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.Vma;

/** A VMA that mmap has just published for a prepare hook, about to be finished. */
public final class NewMapping {
  private final MappingFinish finish;

  /**
   * A new VMA and what its hook asked to follow.
   *
   * @param removalReserved whether taking it out again cannot fail
   */
  public NewMapping(HookScope scope, Vma vma, FollowUp followUp, boolean removalReserved) {
    PublishedVma published =
        new PublishedVma(scope.mm(), vma, followUp.hideFromRmap(), removalReserved);
    this.finish = new MappingFinish(scope, followUp, published);
  }

  /**
   * Carries the action out, calls {@code mapped} or the success hook, and undoes the mapping if one
   * of them fails.
   *
   * @throws ErrnoException the error that mmap returns
   */
  public void finish() throws ErrnoException {
    finish.finish();
  }
}
