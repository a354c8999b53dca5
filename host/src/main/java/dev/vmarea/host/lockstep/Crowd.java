// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import java.io.IOException;

/** Fills a puppet with areas that do not merge, nearly up to the limit. */
final class Crowd {
  private static final long BASE = 0x2000_0000_0000L;
  private static final long PAGE = 4096;
  private static final int SLACK = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_FIXED_NORESERVE = 0x4032;

  private final Puppet puppet;
  private final int limit;

  Crowd(final Puppet puppet, final int limit) {
    this.puppet = puppet;
    this.limit = limit;
  }

  /** Fills it; {@code present} areas are there already. */
  void fill(final int present) throws IOException {
    final int pages = Math.max(1, limit - SLACK - present);
    final long base =
        puppet.call(
            SystemCall.MMAP, BASE, pages * PAGE, 1, MAP_PRIVATE_ANONYMOUS_FIXED_NORESERVE, -1, 0);
    if (base != BASE) {
      throw new IOException("no room to fill the puppet: result=" + base);
    }
    // Every second page loses its access: each then is an area of its own.
    for (int page = 1; page < pages; page += 2) {
      final long result = puppet.call(SystemCall.MPROTECT, BASE + page * PAGE, PAGE, 0);
      if (result != 0) {
        throw new IOException("the puppet cannot be filled: errno=" + -result);
      }
    }
  }
}
