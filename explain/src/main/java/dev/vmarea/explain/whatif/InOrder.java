// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.explain.history.AddressWindow;
import dev.vmarea.explain.whatif.Reservations.Range;
import dev.vmarea.trace.evidence.AnonymousPages;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of a reservation are made accessible in order of address. Runs of such calls on one
 * reservation, each with its first writes and the advice given to it, are put off and made sorted,
 * when another call touches the reservation, or at the end.
 */
final class InOrder implements HistoryChange {
  private static final int MAX_STEPS = 1 << 20;

  private final Reservations reservations;
  private final TreeMap<Long, Batch> batches = new TreeMap<>();

  InOrder() {
    this(new Reservations());
  }

  private InOrder(Reservations reservations) {
    this.reservations = reservations;
  }

  @Override
  public String what() {
    return "pieces of each reservation made accessible, and first written, in order of address";
  }

  @Override
  public HistoryChange forked() {
    return new InOrder(reservations.copy());
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    Range piece = committed(traced);
    Range reservation = piece == null ? null : reservations.containing(piece);
    if (piece != null && reservation != null) {
      commit(memory, traced, reservation, piece);
    } else if (!follows(traced)) {
      List<AddressWindow> windows = AddressWindow.of(traced, memory.replica().space().layout().brk);
      flush(memory, windows);
      memory.asLogged(traced);
      reservations.follow(traced);
    }
  }

  /** What a call makes accessible, or null. */
  private static @Nullable Range committed(TracedCall traced) {
    MemoryCall call = traced.call();
    boolean access = !traced.failed() && call.a2() != 0;
    return switch (call.call()) {
      case MPROTECT -> access ? Range.of(call.a0(), call.a1()) : null;
      case MMAP ->
          access && Reservations.mapsAnonymous(traced)
              ? Range.of(traced.result(), call.a1())
              : null;
      default -> null;
    };
  }

  private void commit(ChangedMemory memory, TracedCall traced, Range reservation, Range piece) {
    Batch batch = batches.get(reservation.start());
    MemoryCall call = traced.call().at(traced.result());
    if (traced.call().call() != SyscallName.MMAP) {
      call = traced.call();
    }
    if (batch != null && !batch.takes(call, piece)) {
      batches.remove(reservation.start());
      batch.make(memory);
      batch = null;
    }
    if (batch == null) {
      batch = new Batch(reservation, call);
      batches.put(reservation.start(), batch);
    }
    batch.pieces.put(piece.start(), new Piece(piece, call));
    batch.steps++;
  }

  /** Puts off advice that concerns one piece put off. */
  private boolean follows(TracedCall traced) {
    MemoryCall call = traced.call();
    boolean advice =
        switch (call.call()) {
          case MADVISE, MLOCK, MLOCK2 -> !traced.failed();
          default -> false;
        };
    Piece piece = advice ? piece(Range.of(call.a0(), call.a1())) : null;
    if (piece == null) {
      return false;
    }
    piece.after.add(call);
    return true;
  }

  @Override
  public void note(ChangedMemory memory, EvidenceLine line) {
    Range range =
        switch (line) {
          case PageFault fault -> new Range(fault.address(), fault.address() + 1);
          case AnonymousPages pages -> new Range(pages.start(), pages.end());
          default -> null;
        };
    Piece piece = range == null ? null : piece(range);
    if (piece != null) {
      piece.after.add(line);
      return;
    }
    if (range != null && line instanceof AnonymousPages) {
      flush(memory, List.of(new AddressWindow(range.start(), range.end())));
    }
    memory.replica().note(line);
  }

  @Override
  public void settle(ChangedMemory memory) {
    flush(memory, null);
  }

  /** The piece put off that contains a range, or null. */
  private @Nullable Piece piece(Range range) {
    Map.Entry<Long, Batch> batch = batches.floorEntry(range.start());
    if (batch == null) {
      return null;
    }
    Map.Entry<Long, Piece> piece = batch.getValue().pieces.floorEntry(range.start());
    return piece != null && piece.getValue().range.contains(range) ? piece.getValue() : null;
  }

  /** Makes what was put off for reservations that the windows touch; null for all. */
  private void flush(ChangedMemory memory, @Nullable List<AddressWindow> windows) {
    if (batches.isEmpty()) {
      return;
    }
    List<Batch> touched = new ArrayList<>();
    for (Batch batch : batches.values()) {
      if (windows == null || batch.isTouchedBy(windows)) {
        touched.add(batch);
      }
    }
    for (Batch batch : touched) {
      batches.remove(batch.reservation.start());
      batch.make(memory);
    }
  }

  /** A piece put off, and what is to happen to it then: calls and evidence of writes. */
  private static final class Piece {
    final Range range;
    final MemoryCall call;
    final List<Object> after = new ArrayList<>(2);

    Piece(Range range, MemoryCall call) {
      this.range = range;
      this.call = call;
    }
  }

  /** The pieces of one reservation that are put off. */
  private static final class Batch {
    final Range reservation;
    final TreeMap<Long, Piece> pieces = new TreeMap<>();
    private final MemoryCall first;
    private long steps;

    Batch(Range reservation, MemoryCall first) {
      this.reservation = reservation;
      this.first = first;
    }

    /** Whether a call is another of the same kind, for a place of its own. */
    boolean takes(MemoryCall call, Range piece) {
      Map.Entry<Long, Piece> below = pieces.lowerEntry(piece.end());
      return steps < MAX_STEPS
          && call.call() == first.call()
          && call.a2() == first.a2()
          && (call.call() != SyscallName.MMAP || call.a3() == first.a3())
          && (below == null || !below.getValue().range.overlaps(piece));
    }

    boolean isTouchedBy(List<AddressWindow> windows) {
      for (AddressWindow window : windows) {
        if (window.low() < reservation.end() && reservation.start() < window.high()) {
          return true;
        }
      }
      return false;
    }

    void make(ChangedMemory memory) {
      for (Piece piece : pieces.values()) {
        memory.insist(piece.call);
        for (Object step : piece.after) {
          switch (step) {
            case MemoryCall call -> memory.insist(call);
            case EvidenceLine line -> memory.replica().note(line);
            default -> throw new IllegalStateException("neither a call nor evidence");
          }
        }
      }
    }
  }
}
