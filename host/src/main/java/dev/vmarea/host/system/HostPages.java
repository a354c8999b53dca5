// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page size of the running kernel. */
public final class HostPages {
  private static final long AT_PAGESZ = 6;
  private static final long USUAL = 4096;
  private static final long SIZE = fromAuxiliaryVector();

  private HostPages() {}

  /** Bytes of a page. */
  public static long size() {
    return SIZE;
  }

  private static long fromAuxiliaryVector() {
    try {
      final ByteBuffer vector =
          ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
              .order(ByteOrder.nativeOrder());
      while (vector.remaining() >= 2 * Long.BYTES) {
        final long key = vector.getLong();
        final long value = vector.getLong();
        if (key == AT_PAGESZ) {
          return value;
        }
      }
      return USUAL;
    } catch (final IOException noProc) {
      return USUAL;
    }
  }
}
