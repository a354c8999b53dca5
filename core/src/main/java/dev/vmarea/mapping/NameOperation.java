// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME): names anonymous memory (mm-semantics 5.4). */
public final class NameOperation {
  /** Longest name in bytes. */
  private static final int MAX_LENGTH = 79;

  private final Mm mm;

  /** Names memory of {@code mm}. */
  public NameOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * Gives the range a name, or takes it away.
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param name bytes as ISO-8859-1, or null
   * @throws ErrnoException EINVAL where names are not built in, for an overlong name or one with
   *     unprintable bytes or any of backslash, backquote, $ [ ], or a bad range; EBADF for mapped
   *     files; ENOMEM at the end if there was a hole; EAGAIN at the map limit
   */
  public void name(long address, long length, @Nullable String name) throws ErrnoException {
    if (!mm.config().anonNames() || name != null && !isValid(name)) {
      throw Errno.EINVAL.failure();
    }
    long bytes = Pages.ceil(length);
    if (!Pages.isAligned(address)
        || bytes == 0 && length != 0
        || Long.compareUnsigned(address + bytes, address) < 0) {
      throw Errno.EINVAL.failure();
    }
    if (bytes == 0) {
      return;
    }
    mm.lock().lock();
    try {
      RangeWalk.forEach(
          mm, address, address + bytes, (vma, from, to) -> rename(vma, from, to, name));
    } finally {
      mm.lock().unlock();
    }
  }

  private void rename(Vma vma, long start, long end, @Nullable String name) throws ErrnoException {
    OpenFile file = vma.file();
    if (file != null && !isAnonymousShmem(file)) {
      throw Errno.EBADF.failure();
    }
    if (Objects.equals(vma.extras().name(), name)) {
      return;
    }
    try {
      mm.editor().modify(vma, start, end, vma.flags(), vma.extras().withName(name));
    } catch (ErrnoException refused) {
      throw (refused.errno() == Errno.ENOMEM ? Errno.EAGAIN : refused.errno()).failure();
    }
  }

  /** tmpfs memory without a name in a directory: memfd and shared anonymous memory. */
  private static boolean isAnonymousShmem(OpenFile file) {
    return file.operations() != null && file.operations().isShmem() && file.entry().isDeleted();
  }

  private static boolean isValid(String name) {
    return name.length() <= MAX_LENGTH
        && name.chars().allMatch(c -> c >= 0x20 && c < 0x7f && "\\`$[]".indexOf(c) < 0);
  }
}
