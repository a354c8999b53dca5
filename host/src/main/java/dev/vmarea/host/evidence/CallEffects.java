// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;

/** What a finished call does to the knowledge of an address space. */
final class CallEffects {
  private static final long MAP_TYPE = 0xf;
  private static final long MAP_DROPPABLE = 8;
  private static final long MAP_GROWSDOWN = 0x100;
  private static final long MADV_WIPEONFORK = 18;
  private static final long MADV_KEEPONFORK = 19;

  private CallEffects() {}

  /** Takes the effect of the call; a failed call may have done a part of its work. */
  static void take(
      final AddressSpaceEvidence space,
      final SystemCall call,
      final long[] a,
      final long result,
      final long pageSize,
      final EvidenceSink sink) {
    final boolean failed = NativeCalls.isError(result);
    final CallScope scope = CallScope.before(call, a, pageSize);
    forget(space, scope.start(), scope.end(), scope.replaces());
    forget(space, scope.otherStart(), scope.otherEnd(), scope.replaces());
    switch (call) {
      case MMAP -> {
        if (!failed) {
          mapped(space, a, result, pageSize, sink);
        }
      }
      case MREMAP -> {
        if (!failed) {
          placed(space, result, a[2], pageSize, sink);
          if (space.holdsStack(a[0], a[0] + Math.max(a[1], 1))) {
            space.watchStacks(result, result + a[2]);
          }
        }
      }
      case BRK -> moveBreak(space, result, pageSize);
      case SHMAT -> {
        final VmaBounds segment = failed ? null : space.vmaAt(result);
        if (segment != null) {
          placed(space, segment.start(), segment.end() - segment.start(), pageSize, sink);
        }
      }
      case SHMDT, IO_DESTROY -> space.knowledge().unmappedFrom(a[0]);
      case MADVISE -> {
        if (!failed && (a[2] == MADV_WIPEONFORK || a[2] == MADV_KEEPONFORK)) {
          space.knowledge().wipeOnFork(scope.start(), scope.end(), a[2] == MADV_WIPEONFORK);
        }
      }
      default -> {
        // nothing beyond its range
      }
    }
    if (scope.end() > scope.start()) {
      space.takeStacks();
    }
  }

  private static void forget(
      final AddressSpaceEvidence space, final long start, final long end, final boolean replaces) {
    if (end > start && replaces) {
      space.knowledge().replaced(start, end);
    } else if (end > start) {
      space.knowledge().touched(start, end);
    }
  }

  private static void mapped(
      final AddressSpaceEvidence space,
      final long[] a,
      final long result,
      final long pageSize,
      final EvidenceSink sink) {
    placed(space, result, a[1], pageSize, sink);
    if ((a[3] & MAP_GROWSDOWN) != 0) {
      space.watchStack(result);
    }
    if ((a[3] & MAP_TYPE) == MAP_DROPPABLE) {
      final CallScope range = CallScope.range(result, a[1], pageSize, true);
      space.knowledge().wipeOnFork(range.start(), range.end(), true);
    }
  }

  private static void placed(
      final AddressSpaceEvidence space,
      final long address,
      final long length,
      final long pageSize,
      final EvidenceSink sink) {
    final CallScope range = CallScope.range(address, length, pageSize, true);
    if (range.end() > range.start()) {
      space.knowledge().replaced(range.start(), range.end());
      space.tellNeighbours(range.start(), range.end(), sink);
    }
  }

  private static void moveBreak(
      final AddressSpaceEvidence space, final long result, final long pageSize) {
    final long old = space.programBreak();
    if (old != 0 && result > 0) {
      final long oldEnd = (old + pageSize - 1) & -pageSize;
      final long newEnd = (result + pageSize - 1) & -pageSize;
      space.knowledge().replaced(Math.min(oldEnd, newEnd), Math.max(oldEnd, newEnd));
    }
    if (result > 0) {
      space.programBreak(result);
    }
  }
}
