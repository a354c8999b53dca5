// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Profile;

/** The address space as hooks see it ({@code desc->mm}): for the duration of one call. */
public interface HookedMm {
  /** Which kernel's rules apply. */
  Profile profile();

  /** Tells what Linux would write to its log. */
  void warn(KernelWarning warning);

  /** The protection of entries of a mapping with these VmFlags ({@code vm_get_page_prot}). */
  PageProtection protection(long vmFlags);

  /** Whether the machine has an MMU. */
  boolean hasMmu();

  /** Whether RLIMIT_MEMLOCK and CAP_IPC_LOCK allow {@code pages} more locked pages. */
  boolean mayLock(long pages);
}
