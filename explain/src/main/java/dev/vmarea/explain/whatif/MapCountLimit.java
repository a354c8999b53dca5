// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.Errno;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;

/**
 * The same calls with another {@code vm.max_map_count}: which of them would have failed first. A
 * program that goes on regardless is taken to make the same calls afterwards.
 */
final class MapCountLimit implements HistoryChange {
  private final int limit;
  private final Found found;

  MapCountLimit(int limit) {
    this(limit, new Found());
  }

  private MapCountLimit(int limit, Found found) {
    this.limit = limit;
    this.found = found;
  }

  @Override
  public String what() {
    return "vm.max_map_count = " + limit;
  }

  @Override
  public HistoryChange forked() {
    // What failed before the fork failed for the child's memory, too.
    return this;
  }

  @Override
  public void call(ChangedMemory memory, TracedCall call) {
    if (call.failed()) {
      if (call.result() == Errno.ENOMEM.negated()) {
        found.failing++;
      }
      memory.asLogged(call);
      return;
    }
    int before = memory.replica().space().mapCount();
    long result = memory.asLogged(call);
    found.peak = Math.max(found.peak, memory.replica().space().mapCount());
    boolean refused =
        call.call().call() == SyscallName.BRK
            ? result != call.result()
            : Errno.isError(result); // madvise says EAGAIN for it
    if (!refused) {
      return;
    }
    found.refused++;
    // One call may need two areas more than there are; mremap makes sure of four.
    if (found.line == 0 && before + 4 >= limit) {
      found.line = call.line();
      found.first =
          "The first call that would have failed is in line "
              + call.line()
              + (call.tid() > 0 ? ", of process or thread " + call.tid() : "")
              + ": "
              + call.text()
              + ", with "
              + before
              + " VMAs.";
    }
  }

  @Override
  public boolean tellsRefusals() {
    return true;
  }

  @Override
  public String remark() {
    if (found.line == 0) {
      return "No call would have failed for that: there were at most "
          + found.peak
          + " VMAs at once."
          + (found.failing > 0
              ? " " + found.failing + " calls failed with ENOMEM in the log as it is."
              : "");
    }
    return found.first
        + " "
        + found.refused
        + " calls that succeed in the log would have failed in all, if the program had gone on.";
  }

  /** What was found in all the memories together. */
  private static final class Found {
    String first = "";
    long line;
    long refused;
    long failing;
    int peak;
  }
}
