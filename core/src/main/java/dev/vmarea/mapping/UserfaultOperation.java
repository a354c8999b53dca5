// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ranges registered with a userfaultfd: flags, splits and merges. Faults are not delivered.
 * Observed on Linux 6.18.
 */
public final class UserfaultOperation {
  /** UFFDIO_REGISTER modes. */
  public static final int MODE_MISSING = 1;

  public static final int MODE_WP = 2;
  public static final int MODE_MINOR = 4;

  private final Mm mm;

  /** Registers memory of {@code mm}. */
  public UserfaultOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * ioctl(UFFDIO_REGISTER): holes are passed over.
   *
   * @param start bytes, page aligned
   * @param length bytes, page aligned
   * @param mode MODE_ bits
   * @throws ErrnoException EINVAL for an unknown mode, a bad or empty range, or memory that is
   *     neither anonymous, tmpfs nor huge pages; EPERM for mappings of files opened read-only;
   *     EBUSY for what is registered with another userfaultfd; nothing changed then; ENOMEM at the
   *     map limit
   */
  public void register(UserfaultContext context, long start, long length, long mode)
      throws ErrnoException {
    if (mode == 0 || (mode & ~(MODE_MISSING | MODE_WP | MODE_MINOR)) != 0) {
      throw Errno.EINVAL.failure();
    }
    checkRange(start, length);
    long wanted =
        ((mode & MODE_MISSING) != 0 ? VmFlags.UFFD_MISSING : 0)
            | ((mode & MODE_WP) != 0 ? VmFlags.UFFD_WP : 0)
            | ((mode & MODE_MINOR) != 0 ? VmFlags.UFFD_MINOR : 0);
    mm.lock().lock();
    try {
      long end = start + length;
      refuseEmpty(start, end);
      RangeWalk.each(mm, start, end, (vma, from, to) -> checkRegistrable(vma, context, wanted));
      RangeWalk.each(
          mm,
          start,
          end,
          (vma, from, to) -> {
            if (vma.extras().userfault() != context || !vma.has(wanted)) {
              change(vma, from, to, wanted, context);
            }
          });
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * ioctl(UFFDIO_UNREGISTER): holes and what is not registered are passed over.
   *
   * @throws ErrnoException EINVAL for a bad or empty range, memory that cannot be registered, or
   *     what is registered with another userfaultfd, nothing changed then; ENOMEM at the map limit
   */
  public void unregister(UserfaultContext context, long start, long length) throws ErrnoException {
    checkRange(start, length);
    mm.lock().lock();
    try {
      long end = start + length;
      refuseEmpty(start, end);
      RangeWalk.each(
          mm,
          start,
          end,
          (vma, from, to) -> {
            UserfaultContext other = vma.extras().userfault();
            if (other != null && other != context || !suits(vma, vma.flags())) {
              throw Errno.EINVAL.failure();
            }
          });
      RangeWalk.each(
          mm,
          start,
          end,
          (vma, from, to) -> {
            if (vma.extras().userfault() != null) {
              change(vma, from, to, 0, null);
            }
          });
    } finally {
      mm.lock().unlock();
    }
  }

  /** The last descriptor of {@code context} was closed: nothing is registered with it any more. */
  public void close(UserfaultContext context) {
    mm.lock().lock();
    try {
      List<Vma> all = new ArrayList<>();
      mm.tree().forEach(all::add);
      for (Vma known : all) {
        Vma vma = known.handle().current();
        if (vma != null && vma.extras().userfault() == context) {
          release(vma);
        }
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private void release(Vma vma) {
    try {
      change(vma, vma.start(), vma.end(), 0, null);
    } catch (ErrnoException noMemory) {
      // Linux then changes the VMA without joining it to its neighbours.
      mm.editor()
          .replace(
              vma,
              vma.withFlags(vma.flags() & ~VmFlags.UFFD_MASK)
                  .withExtras(vma.extras().withUserfault(null)));
    }
  }

  private void change(
      Vma vma, long start, long end, long wanted, @Nullable UserfaultContext context)
      throws ErrnoException {
    mm.editor()
        .modify(
            vma,
            start,
            end,
            vma.flags() & ~VmFlags.UFFD_MASK | wanted,
            vma.extras().withUserfault(context));
  }

  private void checkRange(long start, long length) throws ErrnoException {
    long taskSize = mm.config().taskSize();
    boolean valid =
        Pages.isAligned(start)
            && Pages.isAligned(length)
            && length != 0
            && Long.compareUnsigned(start, mm.config().minAddr()) >= 0
            && Long.compareUnsigned(start, taskSize) < 0
            && Long.compareUnsigned(length, taskSize - start) <= 0;
    if (!valid) {
      throw Errno.EINVAL.failure();
    }
  }

  private void refuseEmpty(long start, long end) throws ErrnoException {
    Vma first = mm.tree().find(start);
    if (first == null || first.start() >= end) {
      throw Errno.EINVAL.failure();
    }
  }

  private static void checkRegistrable(Vma vma, UserfaultContext context, long wanted)
      throws ErrnoException {
    if (!suits(vma, wanted)) {
      throw Errno.EINVAL.failure();
    }
    if (!vma.has(VmFlags.MAYWRITE)) {
      throw Errno.EPERM.failure();
    }
    UserfaultContext other = vma.extras().userfault();
    if (other != null && other != context) {
      throw Errno.EBUSY.failure();
    }
  }

  private static boolean suits(Vma vma, long wanted) {
    OpenFile file = vma.file();
    boolean shmem =
        file != null
            && !vma.isAnonymous()
            && file.operations() != null
            && file.operations().isShmem();
    boolean backed = shmem || vma.has(VmFlags.HUGETLB);
    return !vma.has(VmFlags.DROPPABLE)
        && (backed || vma.isAnonymous() && (wanted & VmFlags.UFFD_MINOR) == 0);
  }
}
