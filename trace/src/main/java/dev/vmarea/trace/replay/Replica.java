// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.trace.evidence.AnonymousPages;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.evidence.StackGrowth;
import dev.vmarea.trace.strace.SyscallName;
import org.jspecify.annotations.Nullable;

/**
 * A copy of the memory of a replay that goes its own way from the moment it was made: whoever
 * follows the replay makes the same calls on it, or others, and tells it the same evidence of
 * writes. So a changed history can be had beside the real one, at every line of a log.
 *
 * <p>It lives in a machine of its own: limits and commit charges of the replay are not touched. It
 * has the task of the memory it was made of, so it follows its limits. For one thread.
 */
public final class Replica {
  /** What {@link #make} returns for a call whose result the model cannot know. */
  public static final long NOT_MODELLED = ModelCalls.NOT_MODELLED;

  private final TracedMemory memory;
  private final EvidenceReplay evidence = new EvidenceReplay(new Following(null));

  private Replica(AddressSpace space) {
    memory = TracedMemory.of(space);
  }

  /**
   * A copy of {@code memory} as it is now.
   *
   * @param config the configuration of its kernel
   */
  public static Replica of(ReplayedMemory memory, KernelConfig config, Profile profile) {
    AddressSpace space = memory.space();
    Machine machine = new Machine(config, profile);
    machine.kernel().filling(false); // a log has no pages
    return new Replica(TracedMemory.snapshot(space).restored(machine, space.task(), space.mm()));
  }

  /**
   * A copy of this one, as fork makes it for {@code child}, in the same machine.
   *
   * @throws ErrnoException ENOMEM if the commit charge is refused
   */
  public Replica fork(ReplayedMemory child) throws ErrnoException {
    return new Replica(space().fork(child.space().task()));
  }

  /** Its model. */
  public AddressSpace space() {
    return memory.space();
  }

  /**
   * Makes a call as given.
   *
   * @return a value, {@code -errno} or {@link #NOT_MODELLED}
   */
  public long make(MemoryCall call) {
    return ModelCalls.execute(space(), space().task(), call);
  }

  /**
   * Makes a call of the replay that {@code memory} belongs to: what succeeded there is made at the
   * address that it got there.
   *
   * @return a value, {@code -errno} or {@link #NOT_MODELLED}
   */
  public long make(ReplayedMemory real, TracedCall traced) {
    MemoryCall call = traced.call();
    if (call.call() == SyscallName.SHMAT) {
      know(real.space().machine().segments().find((int) call.a0()));
    }
    return make(Errno.isError(traced.result()) ? call : call.at(traced.result()));
  }

  private void know(@Nullable SharedSegment segment) {
    Machine machine = space().machine();
    if (segment != null && machine.segments().find(segment.id()) == null) {
      machine.segments().add(segment.id(), segment.key(), segment.size());
    }
  }

  /** Tells it of a fault, of anonymous pages or of a stack that grew; the rest is ignored. */
  public void note(EvidenceLine line) {
    switch (line) {
      case PageFault fault -> evidence.fault(memory, fault);
      case AnonymousPages pages -> evidence.anonymousPages(memory, pages);
      case StackGrowth growth -> evidence.stackGrowth(memory, growth);
      default -> {}
    }
  }

  /** A stack of the real one has grown down to {@code start}. */
  public void grow(long start) {
    evidence.refusedAccess(memory, start);
  }

  /** Gives the memory back. */
  public void end() {
    memory.release();
  }
}
