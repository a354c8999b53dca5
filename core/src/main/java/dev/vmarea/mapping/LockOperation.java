// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;

/** mlock and its family (mm-semantics 5.6). */
public final class LockOperation {
  private LockOperation() {}

  /** Whether the caller may lock memory at all. */
  static boolean mayLock(Task task) {
    return task.limits().soft(ResourceLimits.RLIMIT_MEMLOCK) != 0
        || task.capable(Task.CAP_IPC_LOCK);
  }
}
