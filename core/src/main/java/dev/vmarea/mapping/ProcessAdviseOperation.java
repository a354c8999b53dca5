// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import java.util.List;

/** process_madvise: madvise of a list of ranges, of the caller's or of another's memory. */
public final class ProcessAdviseOperation {
  private static final int MAX_RANGES = 1024;

  /** Most bytes that one call handles: longer lists are cut there. */
  private static final long MAX_BYTES = 0x7ffff000L;

  private final Mm target;
  private final Task caller;
  private final boolean self;

  /**
   * Advises on memory of {@code target} on behalf of {@code caller}; {@code self} tells whether it
   * is the caller's own.
   */
  public ProcessAdviseOperation(Mm target, Task caller, boolean self) {
    this.target = target;
    this.caller = caller;
    this.self = self;
  }

  /** One element of the vector: address and length in bytes. */
  public record Range(long address, long length) {}

  /**
   * process_madvise(2), once the process is found and may be accessed.
   *
   * @return bytes advised, which is less than asked if a later element failed
   * @throws ErrnoException EINVAL for flags, too many ranges, a negative length, or advice that is
   *     not for other processes; EFAULT for a range outside user memory; EPERM without CAP_SYS_NICE
   *     for another process; or what madvise says to the first range
   */
  public long advise(List<Range> ranges, int advice, int flags) throws ErrnoException {
    if (flags != 0 || ranges.size() > MAX_RANGES) {
      throw Errno.EINVAL.failure();
    }
    checkRanges(ranges, target.config().taskSize());
    if (!self) {
      if (!allowedForOthers(advice)) {
        throw Errno.EINVAL.failure();
      }
      if (!caller.capable(Task.CAP_SYS_NICE)) {
        throw Errno.EPERM.failure();
      }
    }
    AdviseOperation operation = new AdviseOperation(target, caller);
    long total = 0;
    for (Range range : ranges) {
      total = Math.min(total + range.length, MAX_BYTES);
    }
    long done = 0;
    for (Range range : ranges) {
      if (done == total) {
        break; // what is left is empty and not even looked at
      }
      long length = Math.min(range.length, MAX_BYTES - done);
      try {
        operation.advise(range.address, length, advice);
      } catch (ErrnoException failed) {
        if (done > 0) {
          return done;
        }
        throw failed;
      }
      done += length;
    }
    return done;
  }

  /**
   * What is wrong with ranges is said before the process is looked for. A single range is cut to
   * the most bytes first.
   *
   * @param taskSize end of user memory in bytes
   * @throws ErrnoException EINVAL for a negative length; EFAULT for a range outside user memory
   */
  public static void checkRanges(List<Range> ranges, long taskSize) throws ErrnoException {
    for (Range range : ranges) {
      if (range.length < 0) {
        throw Errno.EINVAL.failure();
      }
    }
    for (Range range : ranges) {
      long length = ranges.size() == 1 ? Math.min(range.length, MAX_BYTES) : range.length;
      long end = range.address + length;
      boolean inside =
          Long.compareUnsigned(end, range.address) >= 0 && Long.compareUnsigned(end, taskSize) <= 0;
      if (!inside) {
        throw Errno.EFAULT.failure();
      }
    }
  }

  private static boolean allowedForOthers(int advice) {
    return switch (advice) {
      case Advice.WILLNEED, Advice.COLD, Advice.PAGEOUT, Advice.COLLAPSE -> true;
      default -> false;
    };
  }
}
