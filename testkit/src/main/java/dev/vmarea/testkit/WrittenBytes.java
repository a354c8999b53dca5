// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.Arrays;

/** What a {@link Verb#PWRITE64} stores: a piece of one pattern, another one in each step. */
public final class WrittenBytes {
  private static final int STARTS = 128;
  private static final int MOST = 300;

  private WrittenBytes() {}

  /** The whole pattern, for whoever makes the call. */
  public static byte[] pattern() {
    byte[] bytes = new byte[STARTS + MOST];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (1 + i * 89 + (i >>> 6));
    }
    return bytes;
  }

  /** Where in the pattern a step with this value begins. */
  public static int start(byte value) {
    return value & STARTS - 1;
  }

  /** What a step with this value stores. */
  public static byte[] of(byte value, int length) {
    int start = start(value);
    return Arrays.copyOfRange(pattern(), start, start + length);
  }
}
