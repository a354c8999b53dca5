// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ground;

import dev.vmarea.base.FailureRun;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import java.util.List;

/**
 * One thing that is done to a machine with users on it: a call of a process, an access to its
 * memory, or something that happens to a user. Immutable.
 *
 * <p>Addresses are pages of a window of each process, from 0 on; all mappings are MAP_FIXED there.
 * Processes have numbers from 0 on, in the order of their forks, and so have open files (handles),
 * in the order of their opens.
 */
public sealed interface Act {
  /** The handle that stands for no file: private anonymous memory. */
  int ANONYMOUS = -1;

  /** open(2) with O_ flags; a path of its own stands for memfd_create and memfd_secret. */
  record Open(String path, int flags) implements Act {}

  /** close(2). */
  record Close(int handle) implements Act {}

  /** What puts a mapping into the window. */
  sealed interface Placing extends Act {
    /** Which process. */
    int process();

    /** First page of the window. */
    long page();

    /** Length in bytes. */
    long bytes();

    /** Length in pages, rounded up. */
    default long pages() {
      return Pages.count(Pages.ceil(bytes()));
    }

    /** The same at another place. */
    Placing at(long newPage);

    /** The same by another process. */
    Placing by(int otherProcess);
  }

  /**
   * mmap(2) of a handle at a page of the window.
   *
   * @param bytes length
   * @param flags MAP_ flags; MAP_FIXED is always added
   * @param offset in the file, bytes
   */
  record Map(int process, int handle, long page, long bytes, int prot, int flags, long offset)
      implements Placing {
    /** Adds MAP_FIXED. */
    public Map {
      flags |= MapFlags.FIXED;
    }

    @Override
    public Map at(long newPage) {
      return new Map(process, handle, newPage, bytes, prot, flags, offset);
    }

    @Override
    public Map by(int otherProcess) {
      return new Map(otherProcess, handle, page, bytes, prot, flags, offset);
    }

    /** The same with this length and offset, both in bytes. */
    public Map part(long newBytes, long newOffset) {
      return new Map(process, handle, page, newBytes, prot, flags, newOffset);
    }

    /** The same with these PROT_ flags. */
    public Map prot(int newProt) {
      return new Map(process, handle, page, bytes, newProt, flags, offset);
    }

    /** The same with these MAP_ flags. */
    public Map flags(int newFlags) {
      return new Map(process, handle, page, bytes, prot, newFlags, offset);
    }

    /** The same of another file. */
    public Map handle(int newHandle) {
      return new Map(process, newHandle, page, bytes, prot, flags, offset);
    }
  }

  /** shmat(2) of a segment of {@code bytes} at a page of the window; SHM_ flags. */
  record Attach(int process, int segment, long page, long bytes, int flags) implements Placing {
    @Override
    public Attach at(long newPage) {
      return new Attach(process, segment, newPage, bytes, flags);
    }

    @Override
    public Attach by(int otherProcess) {
      return new Attach(otherProcess, segment, page, bytes, flags);
    }
  }

  /** shmdt(2). */
  record Detach(int process, long page) implements Act {}

  /** munmap(2). */
  record Unmap(int process, long page, long pages) implements Act {}

  /** mprotect(2). */
  record Protect(int process, long page, long pages, int prot) implements Act {}

  /** mremap(2), with MREMAP_ flags; {@code newPage} counts with MREMAP_FIXED alone. */
  record Move(int process, long page, long pages, long newPages, int flags, long newPage)
      implements Act {}

  /** madvise(2). */
  record Advise(int process, long page, long pages, int advice) implements Act {}

  /** mlock(2). */
  record Lock(int process, long page, long pages) implements Act {}

  /** munlock(2). */
  record Unlock(int process, long page, long pages) implements Act {}

  /** fork(2): the child gets the next number. */
  record Fork(int process) implements Act {}

  /** The process ends. */
  record Exit(int process) implements Act {}

  /** Reads the byte at {@code at} (bytes) of a page. */
  record Load(int process, long page, int at) implements Act {}

  /** Writes it. */
  record Store(int process, long page, int at, int value) implements Act {}

  /** Something happens to the user at {@code path}: see its control words. */
  record Control(String path, String words) implements Act {}

  /** unlink(2). */
  record Unlink(String path) implements Act {}

  /** ftruncate(2). */
  record Truncate(int handle, long bytes) implements Act {}

  /** fallocate(2) with FALLOC_FL_PUNCH_HOLE; bytes. */
  record PunchHole(int handle, long offset, long bytes) implements Act {}

  /** pwrite(2) of one byte. */
  record Write(int handle, long offset, int value) implements Act {}

  /** Another act, on whose way these steps fail. */
  record Failing(Act act, List<FailureRun.Occurrence> points) implements Act {
    /** Keeps its own copy of the list. */
    public Failing {
      points = List.copyOf(points);
    }
  }
}
