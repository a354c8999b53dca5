// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.NodeMask;
import dev.vmarea.base.Pages;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.MemoryPolicy;
import dev.vmarea.vma.Vma;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * mbind and set_mempolicy_home_node, as far as they split and join VMAs. Pages are not moved; on a
 * machine with one node there is nothing to move. Observed on Linux 6.18.
 */
public final class PolicyOperation {
  /** MPOL_ modes. */
  public static final int MPOL_DEFAULT = 0;

  public static final int MPOL_PREFERRED = 1;
  public static final int MPOL_BIND = 2;
  public static final int MPOL_INTERLEAVE = 3;
  public static final int MPOL_LOCAL = 4;
  public static final int MPOL_PREFERRED_MANY = 5;
  public static final int MPOL_WEIGHTED_INTERLEAVE = 6;

  /** Flags that come with the mode. */
  public static final int MPOL_F_STATIC_NODES = 1 << 15;

  public static final int MPOL_F_RELATIVE_NODES = 1 << 14;
  public static final int MPOL_F_NUMA_BALANCING = 1 << 13;

  private static final int MODE_FLAGS =
      MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING;
  private static final int MPOL_MF_MOVE_ALL = 4;
  private static final int KNOWN_FLAGS = 7;
  private static final int NO_HOME = -1;

  private final Mm mm;
  private final Task task;

  /** Sets policies in {@code mm} on behalf of {@code task}. */
  public PolicyOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * mbind(2).
   *
   * @param start bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param modeArgument MPOL_ mode with its MPOL_F_ flags
   * @param flags MPOL_MF_ bits
   * @throws ErrnoException EINVAL for a mode, mask, flag or range that makes no sense; EPERM for
   *     MOVE_ALL without CAP_SYS_NICE; EFAULT for an unreadable mask, or at a hole, nothing changed
   *     then; ENOMEM at the map limit
   */
  public void bind(long start, long length, int modeArgument, NodeMask mask, int flags)
      throws ErrnoException {
    int modeFlags = modeArgument & MODE_FLAGS;
    int mode = modeArgument & ~MODE_FLAGS;
    checkMode(mode, modeFlags);
    long nodes = mask.nodes();
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw Errno.EINVAL.failure();
    }
    if ((flags & MPOL_MF_MOVE_ALL) != 0 && !task.capable(Task.CAP_SYS_NICE)) {
      throw Errno.EPERM.failure();
    }
    long end = endOf(start, length);
    if (end == start) {
      return;
    }
    MemoryPolicy policy = policy(mode, modeFlags, nodes, mask.isEmpty());
    mm.lock().lock();
    try {
      checkMapped(start, end, policy == null);
      RangeWalk.each(mm, start, end, (vma, from, to) -> change(vma, from, to, policy));
    } finally {
      mm.lock().unlock();
    }
  }

  private static void checkMode(int mode, int modeFlags) throws ErrnoException {
    int exclusive = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES;
    boolean balancing = (modeFlags & MPOL_F_NUMA_BALANCING) != 0;
    if (mode < 0
        || mode > MPOL_WEIGHTED_INTERLEAVE
        || (modeFlags & exclusive) == exclusive
        || balancing && mode != MPOL_BIND && mode != MPOL_PREFERRED_MANY) {
      throw Errno.EINVAL.failure();
    }
  }

  private static long endOf(long start, long length) throws ErrnoException {
    long end = start + Pages.ceil(length);
    if (!Pages.isAligned(start) || Long.compareUnsigned(end, start) < 0) {
      throw Errno.EINVAL.failure();
    }
    return end;
  }

  /** The policy that VMAs get: null for the default one. */
  private @Nullable MemoryPolicy policy(int mode, int modeFlags, long nodes, boolean empty)
      throws ErrnoException {
    boolean mapped = (modeFlags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES)) != 0;
    switch (mode) {
      case MPOL_DEFAULT -> {
        refuseUnless(empty);
        return null;
      }
      case MPOL_LOCAL -> {
        refuseUnless(empty && !mapped);
        return new MemoryPolicy(MPOL_LOCAL, modeFlags, 0, NO_HOME);
      }
      case MPOL_PREFERRED -> {
        if (empty) {
          refuseUnless(!mapped);
          return new MemoryPolicy(MPOL_LOCAL, modeFlags, 0, NO_HOME);
        }
      }
      default -> refuseUnless(!empty);
    }
    long effective = effectiveNodes(nodes, modeFlags);
    refuseUnless(effective != 0);
    // Policies relative to a set of nodes compare by what the user asked for.
    return new MemoryPolicy(mode, modeFlags, mapped ? nodes : effective, NO_HOME);
  }

  private long effectiveNodes(long nodes, int modeFlags) {
    int count = Math.min(mm.config().numaNodes(), Long.SIZE);
    long existing = count == Long.SIZE ? -1L : (1L << count) - 1;
    if ((modeFlags & MPOL_F_RELATIVE_NODES) == 0) {
      return nodes & existing;
    }
    long folded = 0;
    for (long rest = nodes; rest != 0; rest &= rest - 1) {
      folded |= 1L << Long.numberOfTrailingZeros(rest) % count;
    }
    return folded;
  }

  private static void refuseUnless(boolean valid) throws ErrnoException {
    if (!valid) {
      throw Errno.EINVAL.failure();
    }
  }

  /** Asked before anything changes: holes are for the default policy only, and not all of it. */
  private void checkMapped(long start, long end, boolean holesAllowed) throws ErrnoException {
    boolean[] some = new boolean[1];
    boolean hole = RangeWalk.each(mm, start, end, (vma, from, to) -> some[0] = true);
    if (!some[0] || hole && !holesAllowed) {
      throw Errno.EFAULT.failure();
    }
  }

  private void change(Vma vma, long start, long end, @Nullable MemoryPolicy policy)
      throws ErrnoException {
    if (!Objects.equals(vma.extras().policy(), policy)) {
      mm.editor().modify(vma, start, end, vma.flags(), vma.extras().withPolicy(policy));
    }
  }

  /**
   * set_mempolicy_home_node(2): VMAs without policy and holes are passed over.
   *
   * @param start bytes, page aligned
   * @param length bytes, rounded up to pages
   * @throws ErrnoException EINVAL for a bad range, flags, or a node that is not there; ENOENT if no
   *     VMA in the range has a policy; EOPNOTSUPP at the first one whose policy has no home node,
   *     what lies below is changed then; ENOMEM at the map limit
   */
  public void homeNode(long start, long length, long node, long flags) throws ErrnoException {
    long end = endOf(start, length);
    if (flags != 0 || node < 0 || node >= mm.config().numaNodes()) {
      throw Errno.EINVAL.failure();
    }
    if (end == start) {
      return;
    }
    mm.lock().lock();
    try {
      boolean[] some = new boolean[1];
      RangeWalk.each(
          mm,
          start,
          end,
          (vma, from, to) -> {
            MemoryPolicy old = vma.extras().policy();
            if (old == null) {
              return;
            }
            if (old.mode() != MPOL_BIND && old.mode() != MPOL_PREFERRED_MANY) {
              throw Errno.EOPNOTSUPP.failure();
            }
            some[0] = true;
            change(
                vma,
                from,
                to,
                new MemoryPolicy(old.mode(), old.modeFlags(), old.nodes(), (int) node));
          });
      if (!some[0]) {
        throw Errno.ENOENT.failure();
      }
    } finally {
      mm.lock().unlock();
    }
  }
}
