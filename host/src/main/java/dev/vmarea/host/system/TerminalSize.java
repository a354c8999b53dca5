// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.NativeUnavailableException;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/** The width of the terminal behind a descriptor of this process. */
public final class TerminalSize {
  private static final long TIOCGWINSZ = 0x5413;

  private TerminalSize() {}

  /** Columns; empty if the descriptor is no terminal, or where that cannot be asked. */
  public static OptionalInt columns(final int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      // struct winsize: rows, columns, two more
      final MemorySegment size = arena.allocate(4L * Short.BYTES, Short.BYTES);
      final long result =
          NativeCalls.syscall(SystemCall.IOCTL, descriptor, TIOCGWINSZ, size.address(), 0, 0, 0);
      final int columns = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, Short.BYTES));
      return result == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
    } catch (final NativeUnavailableException e) {
      return OptionalInt.empty();
    }
  }
}
