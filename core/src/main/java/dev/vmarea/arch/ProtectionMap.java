// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;

/**
 * The protection that pages of an area start with, by its READ, WRITE, EXEC and SHARED flags; no
 * other flag plays a part (mm-semantics 1.5). Immutable.
 */
final class ProtectionMap {
  private static final long NONE = PageProtection.ACCESSED | PageProtection.PROTNONE;
  private static final long READ_EXECUTE =
      PageProtection.PRESENT | PageProtection.USER | PageProtection.ACCESSED;
  private static final long READ = READ_EXECUTE | PageProtection.NO_EXECUTE;

  /** The flags are the lowest four bits, so that they are the index as they stand. */
  private static final int FLAGS =
      (int) (VmFlags.READ | VmFlags.WRITE | VmFlags.EXEC | VmFlags.SHARED);

  private final PageProtection[] templates = new PageProtection[FLAGS + 1];

  /** The map whose templates all have the bits {@code always} besides their own. */
  ProtectionMap(long always) {
    for (int flags = 0; flags < templates.length; flags++) {
      templates[flags] = new PageProtection(template(flags) | always);
    }
  }

  private static long template(long flags) {
    if ((flags & VmFlags.ACCESS) == 0) {
      return NONE;
    }
    long bits = (flags & VmFlags.EXEC) != 0 ? READ_EXECUTE : READ;
    // A private mapping that may be written starts read-only: the first write copies the page.
    long written = VmFlags.WRITE | VmFlags.SHARED;
    return (flags & written) == written ? bits | PageProtection.WRITE : bits;
  }

  PageProtection protection(long vmFlags) {
    return templates[(int) vmFlags & FLAGS];
  }
}
