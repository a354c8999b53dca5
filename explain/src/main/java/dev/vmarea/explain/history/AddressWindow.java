// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that may have become, or stopped to be, an edge of a VMA. Immutable.
 *
 * @param low the lowest of them, bytes, page aligned
 * @param high the highest of them, included
 */
public record AddressWindow(long low, long high) {
  private static final long PR_SET_VMA = 0x53564d41;

  /**
   * What a call can have changed, lowest first and apart from one another; null if it is not known
   * from its arguments.
   *
   * @param brk the program break before it
   */
  public static @Nullable List<AddressWindow> of(TracedCall traced, long brk) {
    MemoryCall call = traced.call();
    return switch (call.call()) {
      case MMAP -> mapped(traced, call);
      case MUNMAP,
          MPROTECT,
          PKEY_MPROTECT,
          MADVISE,
          MLOCK,
          MLOCK2,
          MUNLOCK,
          MSEAL,
          MBIND,
          SET_MEMPOLICY_HOME_NODE,
          REMAP_FILE_PAGES ->
          List.of(range(call.a0(), call.a1()));
      case MSYNC, MINCORE -> List.of();
      case MREMAP -> moved(traced, call);
      case BRK -> {
        long now = traced.result();
        yield List.of(range(Math.min(brk, now), Math.abs(now - brk)));
      }
      case PRCTL -> call.a0() == PR_SET_VMA ? List.of(range(call.a2(), call.a3())) : null;
      default -> null;
    };
  }

  private static List<AddressWindow> mapped(TracedCall traced, MemoryCall call) {
    if (!traced.failed()) {
      return List.of(range(traced.result(), call.a1()));
    }
    // What a failed call had taken away is gone.
    return (call.a3() & MapFlags.FIXED) != 0 ? List.of(range(call.a0(), call.a1())) : List.of();
  }

  private static List<AddressWindow> moved(TracedCall traced, MemoryCall call) {
    List<AddressWindow> windows = new ArrayList<>(2);
    windows.add(range(call.a0(), Math.max(call.a1(), call.a2())));
    if (!traced.failed()) {
      windows.add(range(traced.result(), Math.max(call.a1(), call.a2())));
    } else if ((call.a3() & MremapFlags.FIXED) != 0) {
      windows.add(range(call.a4(), Math.max(call.a1(), call.a2())));
    }
    return joined(windows);
  }

  private static List<AddressWindow> joined(List<AddressWindow> two) {
    if (two.size() < 2) {
      return two;
    }
    AddressWindow a = two.get(0).low <= two.get(1).low ? two.get(0) : two.get(1);
    AddressWindow b = a == two.get(0) ? two.get(1) : two.get(0);
    return b.low <= a.high
        ? List.of(new AddressWindow(a.low, Math.max(a.high, b.high)))
        : List.of(a, b);
  }

  private static AddressWindow range(long start, long length) {
    long low = Pages.floor(Math.max(0, start));
    long end = start + length;
    return new AddressWindow(low, end < low ? Long.MAX_VALUE : Pages.ceil(end));
  }

  /** How many bytes a call is about, for grouping; 0 if it says none. */
  static long length(MemoryCall call) {
    return switch (call.call()) {
      case MREMAP -> call.a2();
      case PRCTL -> call.a3();
      case BRK, SHMAT, SHMDT, IO_SETUP, IO_DESTROY, MLOCKALL, MUNLOCKALL, PROCESS_MADVISE -> 0;
      default -> call.a1();
    };
  }
}
