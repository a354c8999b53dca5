// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Files of /proc/PID as bytes. Thread-safe. */
public final class ProcessInfo {
  private static final int MOST_TRIES = 4;

  private ProcessInfo() {}

  /**
   * The text of /proc/PID/maps.
   *
   * @param quiet true if no thread of the process can change the map now. Otherwise the text, which
   *     the kernel gives out piece by piece, is read until two readings are equal, at most four
   *     times
   * @throws IOException if the process is gone or may not be read
   */
  public static byte[] maps(final int pid, final boolean quiet) throws IOException {
    return quiet ? read(pid, "maps") : readUntilStable(pid, "maps");
  }

  /**
   * The text of /proc/PID/smaps. Its counts change as the program runs, so it is read once; what is
   * compared with a map should be read while the process is stopped.
   *
   * @throws IOException if the process is gone or may not be read
   */
  public static byte[] smaps(final int pid) throws IOException {
    return read(pid, "smaps");
  }

  /**
   * The auxiliary vector the kernel gave to the program: pairs of longs in host order.
   *
   * @throws IOException if the process is gone or may not be read
   */
  public static byte[] auxiliaryVector(final int pid) throws IOException {
    return read(pid, "auxv");
  }

  /** The file of /proc/PID, or null if the process is gone or it may not be read. */
  public static byte @Nullable [] readOrNull(final int pid, final String name) {
    try {
      return read(pid, name);
    } catch (final IOException gone) {
      return null;
    }
  }

  private static byte[] read(final int pid, final String name) throws IOException {
    return ProcText.bytes("/proc/" + pid + "/" + name);
  }

  private static byte[] readUntilStable(final int pid, final String name) throws IOException {
    byte[] last = read(pid, name);
    for (int tries = 1; tries < MOST_TRIES; tries++) {
      final byte[] again = read(pid, name);
      if (Arrays.equals(last, again)) {
        return again;
      }
      last = again;
    }
    return last;
  }
}
