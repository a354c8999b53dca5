// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.testkit.NaivePages.Area;
import org.jspecify.annotations.Nullable;

/** mremap of the naive model; all numbers are pages. */
final class NaiveMove {
  private static final int MAYMOVE = 1;
  private static final int FIXED = 2;
  private static final int DONTUNMAP = 4;

  private final NaiveModel model;
  private final NaivePages pages;

  NaiveMove(NaiveModel model, NaivePages pages) {
    this.model = model;
    this.pages = pages;
  }

  long remap(long start, long old, long fresh, int flags, long target) throws ErrnoException {
    boolean placed = (flags & (FIXED | DONTUNMAP)) != 0;
    refuse(fresh == 0, Errno.EINVAL);
    if (placed) {
      refuse((flags & MAYMOVE) == 0, Errno.EINVAL);
      refuse((flags & DONTUNMAP) != 0 && old != fresh, Errno.EINVAL);
      refuse(start + old > target && target + fresh > start, Errno.EINVAL);
    }
    if ((flags & FIXED) != 0 && old == fresh) {
      return moveEach(start, start + old, target, flags);
    }
    return one(start, old, fresh, flags, target);
  }

  private static void refuse(boolean when, Errno errno) throws ErrnoException {
    if (when) {
      throw errno.failure();
    }
  }

  private Area area(long page) throws ErrnoException {
    @Nullable Area area = pages.area(page);
    if (area == null) {
      throw Errno.EFAULT.failure();
    }
    return area;
  }

  /** Every VMA in the range by itself, at the same distance. */
  private long moveEach(long start, long end, long target, int flags) throws ErrnoException {
    area(start);
    long at = start;
    for (Area area = pages.areaAtOrAbove(at);
        area != null && Math.max(area.start(), at) < end;
        area = pages.areaAtOrAbove(at)) {
      long from = Math.max(area.start(), at);
      long to = Math.min(area.end(), end);
      one(from, to - from, to - from, flags, target + (from - start));
      at = to;
    }
    return target;
  }

  private long one(long start, long old, long fresh, int flags, long target) throws ErrnoException {
    Area area = area(start);
    NaivePage page = pages.mapped(start);
    refuse(page.has(VmFlags.SEALED), Errno.EPERM);
    boolean placed = (flags & (FIXED | DONTUNMAP)) != 0;
    if (!placed && fresh <= old) {
      if (fresh < old) {
        pages.unmap(start + fresh, start + old);
      }
      return start;
    }
    refuse(old == 0 && !page.has(VmFlags.SHARED | VmFlags.MAYSHARE), Errno.EINVAL);
    refuse(Math.min(old, fresh) > area.end() - start, Errno.EFAULT);
    boolean locked = page.has(VmFlags.LOCKED);
    long result;
    if (!placed) {
      result = grow(area, start, old, fresh, flags);
    } else {
      if ((flags & FIXED) != 0) {
        pages.unmap(target, target + fresh);
      }
      if (fresh < old) {
        pages.unmap(start + fresh, start + old);
      }
      long length = Math.min(old, fresh);
      long to = (flags & FIXED) != 0 ? target : model.choose(target, fresh);
      result = move(start, length, fresh, to, (flags & DONTUNMAP) != 0);
    }
    if (locked && fresh > old) {
      model.populate(result + old, result + fresh);
    }
    return result;
  }

  private long grow(Area area, long start, long old, long fresh, int flags) throws ErrnoException {
    long end = start + fresh;
    if (start + old == area.end() && pages.isFree(area.end(), end)) {
      NaivePage sample = pages.mapped(area.end() - 1).copy();
      sample.pgoff++;
      sample.guarded = false;
      pages.grow(area.end(), end, sample);
      return start;
    }
    refuse((flags & MAYMOVE) == 0, Errno.ENOMEM);
    return move(start, old, fresh, model.choose(0, fresh), false);
  }

  private long move(long start, long old, long fresh, long target, boolean keepSource)
      throws ErrnoException {
    Area area = area(start);
    NaivePage sample = pages.mapped(start).copy();
    boolean[] guarded = new boolean[(int) old];
    for (int i = 0; i < old; i++) {
      guarded[i] = pages.mapped(start + i).guarded;
    }
    sample.guarded = false;
    if (sample.anon == null && sample.file == LayoutLine.NO_FILE) {
      sample.pgoff = target;
    }
    pages.map(target, target + fresh, sample);
    for (int i = 0; i < old; i++) {
      pages.mapped(target + i).guarded = guarded[i];
      pages.mapped(start + i).guarded = false;
    }
    if (!keepSource) {
      if (old > 0) {
        pages.unmap(start, start + old);
      }
      return target;
    }
    boolean whole = start == area.start() && start + old == area.end();
    Area source = area(start);
    boolean apart = !source.equals(area(target));
    pages.forEach(
        source.start(),
        source.end(),
        page -> {
          page.flags &= ~VmFlags.LOCKED_MASK;
          if (whole && apart) {
            page.anon = null;
          }
        });
    return target;
  }
}
