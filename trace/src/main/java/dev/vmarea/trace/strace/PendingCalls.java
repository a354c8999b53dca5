// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * First halves of calls, a thread at most one, waiting for their second. Bounded: when the texts
 * take too much memory, the oldest are forgotten.
 */
final class PendingCalls {
  private static final int OVERHEAD = 128;

  /** One first half: the text from the call's name to its last known argument. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  record Half(int pid, byte[] text, int nameLength, SyscallName call, long line, long offset) {}

  private final LinkedHashMap<Integer, Half> byThread = new LinkedHashMap<>();
  private final long maxBytes;
  private long bytes;

  PendingCalls(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Keeps a half; returns the one of the same thread that it replaces, or null. */
  @Nullable Half put(Half half) {
    Half before = take(half.pid);
    byThread.put(half.pid, half);
    bytes += half.text.length + OVERHEAD;
    return before;
  }

  /** The oldest half, removed, when too many bytes are kept; else null. */
  @Nullable Half overflow() {
    if (bytes <= maxBytes) {
      return null;
    }
    Iterator<Half> it = byThread.values().iterator();
    if (!it.hasNext()) {
      return null;
    }
    Half oldest = it.next();
    it.remove();
    bytes -= oldest.text.length + OVERHEAD;
    return oldest;
  }

  /** The half that waits for thread {@code pid}, removed; null when there is none. */
  @Nullable Half take(int pid) {
    Half half = byThread.remove(pid);
    if (half != null) {
      bytes -= half.text.length + OVERHEAD;
    }
    return half;
  }

  /**
   * {@code half}'s text with {@code rest[from, to)} behind it, a newline and room to look ahead.
   */
  static byte[] join(byte[] half, byte[] rest, int from, int to) {
    byte[] joined = Arrays.copyOf(half, half.length + (to - from) + 16);
    System.arraycopy(rest, from, joined, half.length, to - from);
    joined[half.length + to - from] = '\n';
    return joined;
  }
}
