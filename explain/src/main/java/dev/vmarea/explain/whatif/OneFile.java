// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.OpenFile;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Shared mappings of files at addresses of the kernel's choice become pieces of one large file,
 * which is mapped as a whole for each protection: pieces that are mapped one after the other lie
 * side by side there and continue each other. They move to addresses of their own for that; later
 * calls on them follow.
 */
final class OneFile implements HistoryChange {
  /** Where the pieces of the first protection go: far from what kernels choose. */
  private static final long BASE = 0x1000_0000_0000L;

  /** Room for the pieces of one protection. */
  private static final long ROOM = 0x0010_0000_0000L;

  private static final long TYPE = 0xf;

  /** Pieces by their addresses in the log. */
  private final NavigableMap<Long, Piece> pieces;

  /** Bytes handed out for each protection, and where they begin. */
  private final Map<Long, long[]> arenas;

  private @Nullable OpenFile file;

  private record Piece(long start, long length, long moved) {
    long end() {
      return start + length;
    }
  }

  OneFile() {
    this(new TreeMap<>(), new HashMap<>(), null);
  }

  private OneFile(
      NavigableMap<Long, Piece> pieces, Map<Long, long[]> arenas, @Nullable OpenFile file) {
    this.pieces = pieces;
    this.arenas = arenas;
    this.file = file;
  }

  @Override
  public String what() {
    return "shared mappings of files as pieces of one file that is mapped once for each protection";
  }

  @Override
  public HistoryChange forked() {
    Map<Long, long[]> copies = new HashMap<>();
    arenas.forEach((protection, arena) -> copies.put(protection, arena.clone()));
    return new OneFile(new TreeMap<>(pieces), copies, file);
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    if (traced.failed()) {
      memory.asLogged(traced);
      return;
    }
    switch (call.call()) {
      case MMAP -> {
        unmap(memory, traced.result(), call.a1());
        if (!isPiece(call) || !map(memory, traced)) {
          memory.asLogged(traced);
        }
      }
      case MUNMAP -> {
        unmap(memory, call.a0(), call.a1());
        memory.asLogged(traced);
      }
      case MPROTECT, MADVISE, MSYNC, MLOCK, MUNLOCK -> {
        Piece piece = containing(call.a0(), call.a1());
        if (piece == null) {
          memory.asLogged(traced);
        } else {
          memory.insist(moved(call, piece.moved() + call.a0() - piece.start()));
        }
      }
      default -> memory.asLogged(traced);
    }
  }

  private static boolean isPiece(MemoryCall call) {
    long type = call.a3() & TYPE;
    boolean isShared = type == MapFlags.SHARED || type == MapFlags.SHARED_VALIDATE;
    long placed = MapFlags.FIXED | MapFlags.FIXED_NOREPLACE | MapFlags.ANONYMOUS;
    return isShared && call.file() != null && (call.a3() & placed) == 0;
  }

  private boolean map(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    OpenFile one = file == null ? call.file() : file;
    file = one;
    long[] arena =
        arenas.computeIfAbsent(
            call.a2(), protection -> new long[] {BASE + ROOM * arenas.size(), 0});
    long length = Pages.ceil(call.a1());
    if (arena[1] + length > ROOM) {
      return false;
    }
    long address = arena[0] + arena[1];
    MemoryCall placed =
        MemoryCall.of(
                SyscallName.MMAP,
                address,
                length,
                call.a2(),
                call.a3() | MapFlags.FIXED,
                call.a4(),
                address - arena[0])
            .withFile(one);
    if (!memory.make(placed)) {
      return false;
    }
    arena[1] += length;
    pieces.put(traced.result(), new Piece(traced.result(), length, address));
    return true;
  }

  /** What of a range was moved is unmapped where it is. */
  private void unmap(ChangedMemory memory, long start, long bytes) {
    long end = start + Pages.ceil(bytes);
    Map.Entry<Long, Piece> below = pieces.lowerEntry(end);
    while (below != null && below.getValue().end() > start) {
      Piece piece = below.getValue();
      long from = Math.max(start, piece.start());
      long to = Math.min(end, piece.end());
      memory.insist(
          MemoryCall.of(
              SyscallName.MUNMAP, piece.moved() + from - piece.start(), to - from, 0, 0, 0, 0));
      pieces.remove(piece.start());
      keep(piece, piece.start(), from);
      keep(piece, to, piece.end());
      below = pieces.lowerEntry(from);
    }
  }

  private void keep(Piece piece, long from, long to) {
    if (from < to) {
      pieces.put(from, new Piece(from, to - from, piece.moved() + from - piece.start()));
    }
  }

  private @Nullable Piece containing(long start, long bytes) {
    Map.Entry<Long, Piece> below = pieces.floorEntry(start);
    boolean inside = below != null && start + bytes <= below.getValue().end();
    return inside ? below.getValue() : null;
  }

  private static MemoryCall moved(MemoryCall call, long address) {
    return new MemoryCall(
        call.call(),
        address,
        call.a1(),
        call.a2(),
        call.a3(),
        call.a4(),
        call.a5(),
        call.file(),
        call.name(),
        call.numbers());
  }
}
