// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.nativecalls;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** System-call numbers of one architecture, in both directions. Immutable, thread-safe. */
public final class SyscallNumbers {
  private static final Map<Architecture, SyscallNumbers> TABLES = tables();

  private final Architecture architecture;
  private final Map<Long, SystemCall> byNumber;

  private SyscallNumbers(final Architecture architecture) {
    this.architecture = architecture;
    this.byNumber = new HashMap<>();
    for (final SystemCall call : SystemCall.values()) {
      if (call.number(architecture) != SystemCall.ABSENT) {
        byNumber.put((long) call.number(architecture), call);
      }
    }
  }

  private static Map<Architecture, SyscallNumbers> tables() {
    final Map<Architecture, SyscallNumbers> tables = new HashMap<>();
    for (final Architecture architecture : Architecture.values()) {
      tables.put(architecture, new SyscallNumbers(architecture));
    }
    return Map.copyOf(tables);
  }

  /** The table of {@code architecture}. */
  public static SyscallNumbers of(final Architecture architecture) {
    final SyscallNumbers table = TABLES.get(architecture);
    if (table == null) {
      throw new AssertionError("no table for " + architecture);
    }
    return table;
  }

  /**
   * The table of the running machine.
   *
   * @throws NativeUnavailableException if the machine's calls are not known here
   */
  public static SyscallNumbers host() {
    return of(
        Architecture.host()
            .orElseThrow(() ->
                new NativeUnavailableException(
                    "system calls of this processor are not known: os.arch="
                        + System.getProperty("os.arch"))));
  }

  /** The architecture of this table. */
  public Architecture architecture() {
    return architecture;
  }

  /**
   * The number of {@code call}.
   *
   * @throws UnsupportedOperationException if the architecture does not have it
   */
  public long number(final SystemCall call) {
    final int number = call.number(architecture);
    if (number == SystemCall.ABSENT) {
      throw new UnsupportedOperationException(
          "no such system call: call=" + call.callName() + " machine=" + architecture.machine());
    }
    return number;
  }

  /** Whether the architecture has {@code call}. */
  public boolean has(final SystemCall call) {
    return call.number(architecture) != SystemCall.ABSENT;
  }

  /** The call with this number, or null when it is not one of {@link SystemCall}. */
  public @Nullable SystemCall call(final long number) {
    return byNumber.get(number);
  }
}
