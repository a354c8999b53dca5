// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.evidence.AnonymousPages.Presence;
import java.util.ArrayList;
import java.util.List;

/** Turns one batch of faults of an address space into lines: the first that matters of each VMA. */
final class FaultReport {
  private final SpaceView view;
  private final Knowledge knowledge;
  private final int tgid;
  private final EvidenceSink sink;
  private final Skip skip = new Skip();
  private final Skip skipReads = new Skip();

  FaultReport(
      final SpaceView view, final Knowledge knowledge, final int tgid, final EvidenceSink sink) {
    this.view = view;
    this.knowledge = knowledge;
    this.tgid = tgid;
    this.sink = sink;
  }

  /** A range in which further faults say no more. */
  private static final class Skip {
    private long start;
    private long end;

    boolean has(final long address) {
      return address >= start && address < end;
    }

    void set(final long newStart, final long newEnd) {
      start = newStart;
      end = newEnd;
    }
  }

  /** A line for every fault in the queue, in the order of time, each with its page. */
  List<String> each(final FaultQueue queue) {
    queue.sort();
    final List<String> lines = new ArrayList<>(queue.size());
    for (int i = 0; i < queue.size(); i++) {
      final long page = queue.address(i) & -view.pageSize();
      lines.add(EvidenceLines.touch(tgid, page, queue.kind(i)));
    }
    return lines;
  }

  /** Writes what the queue holds, in the order of time, and empties it. */
  void tell(final FaultQueue queue) {
    queue.sort();
    queue.dropRepeated(view.pageSize());
    for (int i = 0; i < queue.size(); i++) {
      final long address = queue.address(i);
      final int kind = queue.kind(i);
      if (knowledge.isSettled(address)
          || skip.has(address)
          || (kind == FaultQueue.READ && skipReads.has(address))) {
        continue;
      }
      final VmaBounds vma = view.vmas().at(address);
      if (vma != null) { // else a bad access, or unmapped by a call that ran beside
        tell(vma, address, kind);
      }
    }
    queue.clear();
  }

  private void tell(final VmaBounds vma, final long address, final int kind) {
    final HugePages huge = view.huge();
    if (vma.shared()) {
      knowledge.settle(vma.start(), vma.end());
    } else if (knowledge.settleIfKnown(vma.start(), vma.end())) {
      return;
    } else if (kind == FaultQueue.WRITE) {
      write(vma, address);
    } else if (!huge.mayBeReadIn(vma) && (kind == FaultQueue.READ || !vma.writable())) {
      (kind == FaultQueue.READ ? skipReads : skip).set(vma.start(), vma.end());
    } else if (kind == FaultQueue.UNKNOWN) {
      unknown(vma, address);
    } else {
      read(vma, address);
      skipReads.set(huge.block(address), huge.block(address) + huge.size());
    }
  }

  private void write(final VmaBounds vma, final long address) {
    if (vma.writable()) { // else a bad access
      sink.comment(EvidenceLines.fault(tgid, address, true));
      knowledge.settle(vma.start(), vma.end());
    }
  }

  /** A read where huge pages may be mapped: whether one was, only presence can tell. */
  private void read(final VmaBounds vma, final long address) {
    final Presence presence =
        view.huge().mayBeReadAt(vma, address) ? pageAt(vma, address) : Presence.ABSENT;
    if (presence == Presence.PRESENT || presence == Presence.HUGE_ZERO) {
      anonymous(vma);
    }
  }

  private void unknown(final VmaBounds vma, final long address) {
    switch (pageAt(vma, address)) {
      case PRESENT -> {
        if (vma.writable()) {
          write(vma, address);
        } else {
          anonymous(vma);
        }
      }
      case HUGE_ZERO -> anonymous(vma);
      case ABSENT -> {
        // a read, or gone again
      }
      case UNKNOWN -> {
        if (vma.writable()) {
          sink.comment(EvidenceLines.fault(tgid, address, false));
        }
        skip.set(vma.start(), vma.end());
      }
    }
  }

  private void anonymous(final VmaBounds vma) {
    sink.comment(EvidenceLines.anon(tgid, vma.start(), vma.end()));
    knowledge.settle(vma.start(), vma.end());
  }

  private Presence pageAt(final VmaBounds vma, final long address) {
    final long page = address & -view.pageSize();
    return view.pages().in(vma, page, page + view.pageSize());
  }
}
