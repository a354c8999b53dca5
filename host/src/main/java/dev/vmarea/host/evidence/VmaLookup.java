// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import org.jspecify.annotations.Nullable;

/** Finds the VMAs of one address space as they are now. Not thread-safe. */
interface VmaLookup extends AutoCloseable {
  /** The VMA that holds {@code address}, or null. */
  default @Nullable VmaBounds at(final long address) {
    final VmaBounds found = atOrAbove(address);
    return found != null && found.start() <= address ? found : null;
  }

  /** The VMA that holds {@code address}, else the next one above, or null. */
  @Nullable VmaBounds atOrAbove(long address);

  /** The map may have changed since the last question. */
  void changed();

  @Override
  void close();
}
