// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.nio.charset.StandardCharsets;

/**
 * Names of mappings whose present pages need not be anonymous although the page map shows no file
 * page: pages of the kernel ([vvar]) and raw frames of devices.
 */
final class OddNames {
  private static final String DEVICES = "/dev/";
  private static final String SHARED_MEMORY = "/dev/shm/";
  private static final String ZERO = "/dev/zero";

  private OddNames() {}

  /** Whether the name, as maps shows it (a trailing NUL is allowed), is one of those. */
  static boolean isOdd(final byte[] bytes) {
    final String name = new String(bytes, StandardCharsets.ISO_8859_1);
    return name.startsWith("[vvar")
        || name.startsWith("[vsyscall")
        || name.startsWith("anon_inode:")
        || name.startsWith(DEVICES) && !name.startsWith(SHARED_MEMORY) && !name.startsWith(ZERO);
  }
}
