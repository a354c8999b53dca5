// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import dev.vmarea.AddressSpace;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.NodeMask;
import dev.vmarea.mapping.ProcessAdviseOperation;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;

/** Arguments that are arrays in the caller's memory: ranges to advise on, masks of nodes. */
final class VectorCalls {
  /** Descriptors that mean the calling thread and its process. */
  private static final int PIDFD_SELF_THREAD = -10000;

  private static final int PIDFD_SELF_THREAD_GROUP = -10001;
  private static final int MAX_RANGES = 1024;
  private static final long MAX_NODE_BITS = 4096 * 8;

  private final AddressSpace space;
  private final Syscalls calls;
  private final UserMemory memory;
  private final DescriptorTable descriptors;

  VectorCalls(AddressSpace space, Syscalls calls, UserMemory memory, DescriptorTable descriptors) {
    this.space = space;
    this.calls = calls;
    this.memory = memory;
    this.descriptors = descriptors;
  }

  /**
   * process_madvise(2). A pidfd is an open file whose inode has the process's {@link AddressSpace}
   * as its private data.
   */
  long processMadvise(int pidfd, long vector, int count, int advice, int flags)
      throws ErrnoException {
    if (flags != 0 || Integer.compareUnsigned(count, MAX_RANGES) > 0) {
      throw Errno.EINVAL.failure();
    }
    List<ProcessAdviseOperation.Range> ranges = ranges(vector, count);
    ProcessAdviseOperation.checkRanges(ranges, space.machine().kernel().config().taskSize());
    AddressSpace target = target(pidfd);
    if (target == space) {
      return calls.processMadvise(target, ranges, advice, flags);
    }
    // Whoever holds the other's lock may be waiting for this accessor's owner in turn.
    memory.cpu().offline();
    try {
      return calls.processMadvise(target, ranges, advice, flags);
    } finally {
      memory.cpu().online();
    }
  }

  private List<ProcessAdviseOperation.Range> ranges(long vector, int count) throws ErrnoException {
    List<ProcessAdviseOperation.Range> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long at = vector + 16L * i;
      long start = memory.readLong(at);
      long length = memory.readLong(at + Long.BYTES);
      if (length < 0) {
        throw Errno.EINVAL.failure();
      }
      ranges.add(new ProcessAdviseOperation.Range(start, length));
    }
    return ranges;
  }

  private AddressSpace target(int pidfd) throws ErrnoException {
    if (pidfd == PIDFD_SELF_THREAD || pidfd == PIDFD_SELF_THREAD_GROUP) {
      return space;
    }
    OpenFile file = descriptors.get(pidfd);
    if (file != null && file.inode().privateData() instanceof AddressSpace other) {
      return other;
    }
    throw Errno.EBADF.failure();
  }

  /**
   * The mask of mbind(2).
   *
   * @param maxNode one more than the number of bits that count
   */
  NodeMask nodeMask(long pointer, long maxNode) {
    long bits = maxNode - 1;
    if (pointer == 0 || bits == 0) {
      return NodeMask.none();
    }
    if (Long.compareUnsigned(bits, MAX_NODE_BITS) > 0) {
      return NodeMask.of(maxNode); // refused unread
    }
    long[] words = new long[(int) ((bits + Long.SIZE - 1) / Long.SIZE)];
    try {
      for (int i = 0; i < words.length; i++) {
        words[i] = memory.readLong(pointer + (long) i * Long.BYTES);
      }
    } catch (ErrnoException unreadable) {
      return NodeMask.unreadable(maxNode);
    }
    return NodeMask.of(maxNode, words);
  }
}
