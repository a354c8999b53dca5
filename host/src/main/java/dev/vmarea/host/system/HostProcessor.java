// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What the running kernel uses of its processor that the model does not have. */
public final class HostProcessor {
  private static final boolean PROTECTION_KEYS = protectionKeysInUse();

  private HostProcessor() {}

  /**
   * Whether there are protection keys: then execute-only memory cannot be read (by a key of its
   * own), and pkey_alloc and pkey_mprotect have keys to give.
   */
  public static boolean hasProtectionKeys() {
    return PROTECTION_KEYS;
  }

  private static boolean protectionKeysInUse() {
    try {
      final String facts = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
      return Pattern.compile("^flags\\s*:.*\\bospke\\b", Pattern.MULTILINE).matcher(facts).find();
    } catch (final IOException noProc) {
      return false;
    }
  }
}
