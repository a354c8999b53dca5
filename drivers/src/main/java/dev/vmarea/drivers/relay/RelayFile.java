// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.EitherHook;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;

/** How an open file of a buffer is mapped: by either hook the same. */
abstract sealed class RelayFile implements EitherHook, VmOperations {
  /** The step of a fault before it looks for its page. */
  static final String FAULTED = "relay.fault.faulted";

  /** The step of a fault that has its page, which is not mapped yet. */
  static final String TAKEN = "relay.fault.taken";

  private final RelayBuffer buffer;

  private RelayFile(RelayBuffer buffer) {
    this.buffer = buffer;
  }

  /** The old hook. */
  static final class Legacy extends RelayFile implements EitherHook.Old {
    Legacy(RelayBuffer buffer) {
      super(buffer);
    }
  }

  /** The port. */
  static final class Port extends RelayFile implements EitherHook.New {
    Port(RelayBuffer buffer) {
      super(buffer);
    }
  }

  /**
   * The whole buffer or nothing; the offset is not looked at.
   *
   * @throws ErrnoException EBADF without a buffer, EINVAL for another length
   */
  @Override
  public final void map(HookedArea area) throws ErrnoException {
    if (buffer.isDetached()) {
      throw Errno.EBADF.failure();
    }
    buffer.memory().checkLength(area);
    area.vmOps(this);
    area.addFlags(VmFlags.DONTEXPAND);
    area.privateData(buffer);
  }

  @Override
  public void release(OpenFile file) {
    buffer.put();
  }

  @Override
  public boolean canSync() {
    return false;
  }

  @Override
  public boolean hasFault() {
    return true;
  }

  /**
   * The page that lies so far behind the buffer's beginning. Linux computes its address without a
   * check: the page behind the buffer is a guard, but an offset far enough beyond would show memory
   * of somebody else. Here all that is behind the buffer is SIGBUS.
   */
  @Override
  public FaultContext.Result fault(FaultContext fault) {
    buffer.steps().reached(FAULTED);
    long pfn = buffer.memory().takePage(fault.pgoff());
    buffer.steps().reached(TAKEN);
    return pfn < 0 ? FaultContext.Result.SIGBUS : fault.answer(pfn);
  }
}
