// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.testkit.NaivePages.Area;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Linux's memory calls page by page: no tree, no counters, no limits but the stack's; written from
 * the rules, not from the core. Predicts results and layouts of the calls that {@link #supports}
 * names, for aligned addresses in the window of {@link TestSpace}. Not thread-safe.
 */
public final class NaiveModel {
  private static final long STACK_LIMIT = (8L << 20) >> 12;
  private static final long GUARD = 256;
  private static final long MAY = VmFlags.MAYREAD | VmFlags.MAYWRITE | VmFlags.MAYEXEC;
  private static final long MMAP_BASE = (TestSpace.BASE >> 12) + TestSpace.WINDOW_PAGES;

  private NaivePages pages = new NaivePages();
  private long brk = TestSpace.HEAP >> 12;

  /** A model of a new {@link TestSpace}. */
  public NaiveModel() {}

  /** Whether the model knows the verb. */
  public static boolean supports(Verb verb) {
    return verb.ordinal() <= Verb.FORK.ordinal();
  }

  /** Runs {@code call}; the kernel's result as {@link TestSpace#run}. */
  public long run(Call call) {
    try {
      return dispatch(call.verb(), call.arguments().stream().mapToLong(Long::longValue).toArray());
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private long dispatch(Verb verb, long[] a) throws ErrnoException {
    return switch (verb) {
      case MMAP -> mmap(a[0], page(a[1]), a[2], (int) a[3], (int) a[4], page(a[5])) << 12;
      case MUNMAP -> munmap(page(a[0]), page(a[1]));
      case MPROTECT -> mprotect(page(a[0]), page(a[0] + a[1]), a[2]);
      case MREMAP ->
          new NaiveMove(this, pages)
                  .remap(page(a[0]), page(a[1]), page(a[2]), (int) a[3], page(a[4]))
              << 12;
      case BRK -> changeBreak(page(a[0])) << 12;
      case MADVISE -> advise(page(a[0]), page(a[0] + a[1]), (int) a[2]);
      case MLOCK2 ->
          lock(page(a[0]), page(a[0] + a[1]), a[2] == 1 ? VmFlags.LOCKED_MASK : VmFlags.LOCKED);
      case MUNLOCK -> lock(page(a[0]), page(a[0] + a[1]), 0);
      case MSEAL -> seal(page(a[0]), page(a[0] + a[1]));
      case MBIND -> bind(page(a[0]), page(a[0] + a[1]), (int) a[2]);
      case WRITE -> write(page(a[0]));
      case FORK -> fork();
      default -> throw new IllegalArgumentException(verb + " is not modelled");
    };
  }

  private static long page(long bytes) {
    return bytes >> 12;
  }

  /** Every VMA on a line, as {@link TestSpace#layout}. */
  public String layout() {
    return pages.layout();
  }

  private long mmap(long hint, long count, long prot, int flags, int file, long pgoff)
      throws ErrnoException {
    boolean fixed = (flags & (MapFlags.FIXED | MapFlags.FIXED_NOREPLACE)) != 0;
    if (count == 0) {
      throw Errno.EINVAL.failure();
    }
    long start = fixed ? page(hint) : choose(page(hint), count);
    if ((flags & MapFlags.FIXED_NOREPLACE) != 0 && !pages.isFree(start, start + count)) {
      throw Errno.EEXIST.failure();
    }
    NaivePage sample = new NaivePage();
    sample.flags = (prot & 7) | MAY;
    sample.flags |= (flags & MapFlags.GROWSDOWN) != 0 ? VmFlags.GROWSDOWN : 0;
    sample.flags |= (flags & MapFlags.LOCKED) != 0 ? VmFlags.LOCKED : 0;
    sample.flags |= (flags & MapFlags.STACK) != 0 ? VmFlags.NOHUGEPAGE : 0;
    boolean anonymous = (flags & MapFlags.ANONYMOUS) != 0;
    if (anonymous) {
      setAnonymous(sample, flags, start, count);
    } else {
      setFile(sample, flags, file, pgoff);
    }
    sample.flags |= (flags & MapFlags.NORESERVE) != 0 ? VmFlags.NORESERVE : 0;
    if (sample.isPrivateWritable() && !sample.has(VmFlags.NORESERVE)) {
      sample.flags |= VmFlags.ACCOUNT;
    }
    pages.unmap(start, start + count);
    pages.map(start, start + count, sample);
    if ((flags & (MapFlags.LOCKED | MapFlags.POPULATE)) != 0) {
      populate(start, start + count);
    }
    return start;
  }

  private static void setAnonymous(NaivePage sample, int flags, long start, long count)
      throws ErrnoException {
    boolean stack = sample.has(VmFlags.GROWSDOWN);
    sample.pgoff = start;
    switch (flags & MapFlags.TYPE) {
      case MapFlags.PRIVATE -> {}
      case MapFlags.SHARED -> {
        refuse(stack, Errno.EINVAL);
        sample.pgoff = 0;
        sample.flags |= VmFlags.SHARED | VmFlags.MAYSHARE;
        sample.file = LayoutLine.SHARED_ANONYMOUS;
        sample.object = new Object();
        sample.objectPages = count;
      }
      case MapFlags.DROPPABLE -> {
        refuse(stack || sample.has(VmFlags.LOCKED), Errno.EINVAL);
        sample.flags |=
            VmFlags.DROPPABLE | VmFlags.NORESERVE | VmFlags.WIPEONFORK | VmFlags.DONTDUMP;
      }
      default -> throw Errno.EINVAL.failure();
    }
  }

  private static void setFile(NaivePage sample, int flags, int file, long pgoff)
      throws ErrnoException {
    boolean readOnly = file == 2;
    sample.file = file;
    sample.pgoff = pgoff;
    switch (flags & MapFlags.TYPE) {
      case MapFlags.PRIVATE -> {}
      case MapFlags.SHARED -> {
        refuse(readOnly && sample.has(VmFlags.WRITE), Errno.EACCES);
        sample.flags |= VmFlags.SHARED | VmFlags.MAYSHARE;
        if (readOnly) {
          sample.flags &= ~(VmFlags.SHARED | VmFlags.MAYWRITE);
        }
      }
      default -> throw Errno.EINVAL.failure();
    }
    refuse(sample.has(VmFlags.GROWSDOWN), Errno.EINVAL);
  }

  private static void refuse(boolean when, Errno errno) throws ErrnoException {
    if (when) {
      throw errno.failure();
    }
  }

  /** The hint if it is free, else the highest room below the top of the window. */
  long choose(long hint, long count) {
    if (hint != 0 && hasRoom(hint, count)) {
      return hint;
    }
    long start = MMAP_BASE - count;
    while (!hasRoom(start, count)) {
      Area above = pages.areaAtOrAbove(start + count);
      boolean belowStack = pages.isFree(start, start + count) && above != null;
      // Linux goes on below a stack's guard gap, even past rooms that another VMA shields from it.
      start = belowStack && above != null ? above.start() - GUARD - count : start - 1;
    }
    return start;
  }

  private boolean hasRoom(long start, long count) {
    if (!pages.isFree(start, start + count)) {
      return false;
    }
    Area above = pages.areaAtOrAbove(start + count);
    return above == null
        || !pages.mapped(above.start()).has(VmFlags.GROWSDOWN)
        || above.start() - GUARD >= start + count;
  }

  /** Writes to whatever can be written in the range, as far as identities go. */
  void populate(long start, long end) {
    for (Area area = pages.areaAtOrAbove(start);
        area != null && area.start() < end;
        area = pages.areaAtOrAbove(area.end())) {
      NaivePage page = pages.mapped(Math.max(area.start(), start));
      boolean writes = page.isPrivateWritable() && !page.has(VmFlags.LOCKONFAULT);
      if (writes && !page.guarded) {
        pages.ensureIdentity(area.start());
      }
    }
  }

  private long munmap(long start, long count) throws ErrnoException {
    refuse(count == 0, Errno.EINVAL);
    pages.unmap(start, start + count);
    return 0;
  }

  /** One step on the part of a VMA in [start, end). */
  private interface Step {
    void on(long start, long end) throws ErrnoException;
  }

  /**
   * Takes a step on each VMA in the range.
   *
   * @return whether there was no hole
   */
  private boolean walk(long start, long end, boolean overHoles, Step step) throws ErrnoException {
    boolean whole = true;
    long at = start;
    while (at < end) {
      Area area = pages.area(at);
      if (area == null) {
        if (!overHoles) {
          return false;
        }
        whole = false;
        at++;
      } else {
        long to = Math.min(end, area.end());
        step.on(at, to);
        at = to;
      }
    }
    return whole;
  }

  private long mprotect(long start, long end, long prot) throws ErrnoException {
    boolean whole = walk(start, end, false, (from, to) -> protect(from, to, prot));
    refuse(!whole, Errno.ENOMEM);
    return 0;
  }

  private void protect(long start, long end, long prot) throws ErrnoException {
    NaivePage page = pages.mapped(start);
    long old = page.flags;
    long wanted = old & ~VmFlags.ACCESS | prot;
    refuse((prot & Prot.WRITE) != 0 && !page.has(VmFlags.MAYWRITE), Errno.EACCES);
    refuse(page.has(VmFlags.SEALED), Errno.EPERM);
    if (wanted == old) {
      return;
    }
    boolean anonymous = page.file == LayoutLine.NO_FILE;
    long uncharged = VmFlags.ACCOUNT | VmFlags.WRITE | VmFlags.SHARED | VmFlags.NORESERVE;
    if ((wanted & VmFlags.WRITE) == 0) {
      wanted &= anonymous && page.anon == null ? ~VmFlags.ACCOUNT : -1;
    } else if ((old & uncharged) == 0) {
      wanted |= VmFlags.ACCOUNT;
    }
    long flags = wanted;
    pages.change(start, end, p -> p.flags = flags);
    long locked = old & (VmFlags.WRITE | VmFlags.SHARED | VmFlags.LOCKED);
    if (locked == VmFlags.LOCKED) {
      populate(start, end);
    }
  }

  private long changeBreak(long wanted) {
    long old = brk;
    try {
      if (wanted < TestSpace.HEAP >> 12) {
        return old;
      }
      if (wanted < old) {
        refuse(pages.isFree(wanted, old), Errno.ENOMEM);
        pages.unmap(wanted, old);
      } else if (wanted > old) {
        refuse(!hasRoom(old, wanted + 1 - old), Errno.ENOMEM);
        NaivePage sample = new NaivePage();
        sample.flags = VmFlags.READ | VmFlags.WRITE | MAY | VmFlags.ACCOUNT;
        sample.pgoff = old;
        // Only a VMA above the heap's first byte counts as a part of it.
        pages.map(old, wanted, sample, old > TestSpace.HEAP >> 12, false);
      }
      brk = wanted;
    } catch (ErrnoException refused) {
      return old;
    }
    return brk;
  }

  private long advise(long start, long end, int advice) throws ErrnoException {
    if (advice == Advice.POPULATE_WRITE) {
      boolean whole =
          walk(
              start,
              end,
              false,
              (from, to) -> {
                refuse(!pages.mapped(from).has(VmFlags.WRITE), Errno.EINVAL);
                populateAlways(from);
                refuse(lacksPages(from, to), Errno.EFAULT);
              });
      refuse(!whole, Errno.ENOMEM);
      return 0;
    }
    refuse(!walk(start, end, true, (from, to) -> advisePiece(from, to, advice)), Errno.ENOMEM);
    return 0;
  }

  private void populateAlways(long page) {
    if (pages.mapped(page).isPrivateWritable() && !pages.mapped(page).guarded) {
      pages.ensureIdentity(page);
    }
  }

  private void advisePiece(long start, long end, int advice) throws ErrnoException {
    NaivePage page = pages.mapped(start);
    boolean anonymous = page.file == LayoutLine.NO_FILE;
    boolean discards =
        advice == Advice.DONTFORK || advice == Advice.WIPEONFORK || advice == Advice.GUARD_INSTALL;
    refuse(
        discards && page.has(VmFlags.SEALED) && anonymous && !page.has(VmFlags.WRITE), Errno.EPERM);
    if (advice == Advice.GUARD_INSTALL) {
      refuse(page.has(VmFlags.LOCKED), Errno.EINVAL);
      Area area = pages.area(start);
      if (area != null) {
        pages.forEach(area.start(), area.end(), p -> p.flags |= VmFlags.MAYBE_GUARD);
      }
      if (anonymous) {
        pages.ensureIdentity(start);
      }
      pages.forEach(start, end, p -> p.guarded = true);
      return;
    }
    if (advice == Advice.GUARD_REMOVE) {
      pages.forEach(start, end, p -> p.guarded = false);
      return;
    }
    refuse(advice == Advice.WIPEONFORK && !anonymous, Errno.EINVAL);
    refuse(
        page.has(VmFlags.DROPPABLE) && (advice == Advice.KEEPONFORK || advice == Advice.DODUMP),
        Errno.EINVAL);
    setFlags(start, end, flags -> advised(flags, advice));
  }

  private static long advised(long flags, int advice) {
    long sequential = VmFlags.SEQ_READ | VmFlags.RAND_READ;
    return switch (advice) {
      case Advice.NORMAL -> flags & ~sequential;
      case Advice.RANDOM -> flags & ~sequential | VmFlags.RAND_READ;
      case Advice.SEQUENTIAL -> flags & ~sequential | VmFlags.SEQ_READ;
      case Advice.DONTFORK -> flags | VmFlags.DONTCOPY;
      case Advice.DOFORK -> flags & ~VmFlags.DONTCOPY;
      case Advice.WIPEONFORK -> flags | VmFlags.WIPEONFORK;
      case Advice.KEEPONFORK -> flags & ~VmFlags.WIPEONFORK;
      case Advice.DONTDUMP -> flags | VmFlags.DONTDUMP;
      case Advice.DODUMP -> flags & ~VmFlags.DONTDUMP;
      case Advice.HUGEPAGE -> flags & ~VmFlags.NOHUGEPAGE | VmFlags.HUGEPAGE;
      case Advice.NOHUGEPAGE -> flags & ~VmFlags.HUGEPAGE | VmFlags.NOHUGEPAGE;
      default -> throw new IllegalArgumentException("advice " + advice);
    };
  }

  private void setFlags(long start, long end, LongUnaryOperator change) {
    long old = pages.mapped(start).flags;
    long flags = change.applyAsLong(old);
    if (flags != old) {
      pages.change(start, end, page -> page.flags = flags);
    }
  }

  private long lock(long start, long end, long lockFlags) throws ErrnoException {
    boolean whole =
        walk(
            start,
            end,
            false,
            (from, to) -> {
              if (!pages.mapped(from).has(VmFlags.DROPPABLE)) {
                setFlags(from, to, flags -> flags & ~VmFlags.LOCKED_MASK | lockFlags);
              }
            });
    refuse(!whole, Errno.ENOMEM);
    if (lockFlags != 0) {
      walk(start, end, false, this::fill);
    }
    return 0;
  }

  private void fill(long start, long end) throws ErrnoException {
    NaivePage page = pages.mapped(start);
    if (!page.has(VmFlags.LOCKONFAULT)) {
      refuse(!page.has(VmFlags.ACCESS), Errno.ENOMEM);
      populateAlways(start);
      refuse(lacksPages(start, end), Errno.ENOMEM);
    }
  }

  private boolean lacksPages(long start, long end) {
    boolean lacks = false;
    for (long page = start; page < end; page++) {
      NaivePage found = pages.mapped(page);
      lacks |= found.guarded || found.pgoff >= found.objectPages;
    }
    return lacks;
  }

  private long seal(long start, long end) throws ErrnoException {
    refuse(!walk(start, end, false, (from, to) -> {}), Errno.ENOMEM);
    walk(start, end, false, (from, to) -> setFlags(from, to, flags -> flags | VmFlags.SEALED));
    return 0;
  }

  private long bind(long start, long end, int policy) throws ErrnoException {
    boolean empty = pages.isFree(start, end);
    boolean whole = walk(start, end, true, (from, to) -> {});
    refuse(start < end && (empty || policy != 0 && !whole), Errno.EFAULT);
    walk(
        start,
        end,
        true,
        (from, to) -> {
          if (pages.mapped(from).policy != policy) {
            pages.change(from, to, page -> page.policy = policy);
          }
        });
    return 0;
  }

  private long write(long page) throws ErrnoException {
    if (pages.at(page) == null) {
      growStack(page);
    }
    refuse(!pages.mapped(page).has(VmFlags.WRITE), Errno.EFAULT);
    if (pages.mapped(page).isPrivateWritable()) {
      pages.ensureIdentity(page); // a touch here is only what it does to an area
    }
    return 0;
  }

  private void growStack(long page) throws ErrnoException {
    @Nullable Area stack = pages.areaAtOrAbove(page);
    refuse(stack == null || !pages.mapped(stack.start()).has(VmFlags.GROWSDOWN), Errno.EFAULT);
    if (stack == null) {
      return;
    }
    Area below = pages.areaBelow(page);
    if (below != null) {
      NaivePage neighbour = pages.mapped(below.start());
      boolean blocks = !neighbour.has(VmFlags.GROWSDOWN) && neighbour.has(VmFlags.ACCESS);
      refuse(blocks && page - below.end() < GUARD, Errno.EFAULT);
    }
    refuse(stack.end() - page > STACK_LIMIT, Errno.EFAULT);
    pages.ensureIdentity(stack.start());
    NaivePage sample = pages.mapped(stack.start()).copy();
    sample.guarded = false;
    sample.pgoff -= stack.start() - page;
    pages.extendDown(page, stack.start(), sample);
  }

  private long fork() {
    pages = pages.fork();
    return 0;
  }
}
