// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.ErrnoException;

/** Where new pages come from: all of memory, or what is kept at hand for one user of it. */
public interface FrameSource {
  /**
   * A page of zeroes with one reference.
   *
   * @throws ErrnoException ENOMEM if all RAM is in use
   */
  KernelPage allocatePage(KernelPage.Kind kind) throws ErrnoException;

  /**
   * An anonymous page with one reference and the contents of another page, which is in use.
   *
   * @throws ErrnoException ENOMEM if all RAM is in use
   */
  KernelPage allocateCopy(KernelPage source) throws ErrnoException;
}
