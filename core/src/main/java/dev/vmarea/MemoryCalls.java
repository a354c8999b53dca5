// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.space.Task;
import org.jspecify.annotations.Nullable;

/**
 * The memory calls for Java programs: what fails throws. Each is the call of {@link Syscalls} with
 * the same name, where the errors are told; {@link Errno#check} does the same for the calls that
 * are not here.
 *
 * <p>Addresses and lengths are bytes, ranges half-open. Thread-safe.
 */
public final class MemoryCalls {
  private final Syscalls calls;

  MemoryCalls(AddressSpace space, Task task) {
    this.calls = new Syscalls(space, task);
  }

  /** mmap(2): the address. */
  public long mmap(MapRequest request) throws ErrnoException {
    return Errno.check(
        calls.mmap(
            request.address(),
            request.length(),
            request.protection(),
            request.flags(),
            request.file(),
            request.offset()));
  }

  /** munmap(2). */
  public void munmap(long address, long length) throws ErrnoException {
    Errno.check(calls.munmap(address, length));
  }

  /** mprotect(2). */
  public void mprotect(long address, long length, int protection) throws ErrnoException {
    Errno.check(calls.mprotect(address, length, protection));
  }

  /** mremap(2) to another size, moved if it must be: the address afterwards. */
  public long resize(long address, long oldLength, long newLength) throws ErrnoException {
    return mremap(address, oldLength, newLength, MremapFlags.MAYMOVE, 0);
  }

  /** mremap(2): the address afterwards. */
  public long mremap(long address, long oldLength, long newLength, int flags, long newAddress)
      throws ErrnoException {
    return Errno.check(calls.mremap(address, oldLength, newLength, flags, newAddress));
  }

  /**
   * brk(2) as libraries know it: moves the program break.
   *
   * @throws ErrnoException ENOMEM if it did not move there
   */
  public void brk(long wanted) throws ErrnoException {
    if (calls.brk(wanted) != wanted) {
      throw Errno.ENOMEM.failure();
    }
  }

  /** The program break now. */
  public long currentBreak() {
    return calls.brk(0);
  }

  /** madvise(2), with an advice of {@code Advice}. */
  public void madvise(long address, long length, int advice) throws ErrnoException {
    Errno.check(calls.madvise(address, length, advice));
  }

  /** mlock(2). */
  public void mlock(long address, long length) throws ErrnoException {
    Errno.check(calls.mlock(address, length));
  }

  /** munlock(2). */
  public void munlock(long address, long length) throws ErrnoException {
    Errno.check(calls.munlock(address, length));
  }

  /** mlockall(2). */
  public void mlockall(int flags) throws ErrnoException {
    Errno.check(calls.mlockall(flags));
  }

  /** munlockall(2). */
  public void munlockall() {
    calls.munlockall();
  }

  /** msync(2). */
  public void msync(long address, long length, int flags) throws ErrnoException {
    Errno.check(calls.msync(address, length, flags));
  }

  /** mseal(2). */
  public void mseal(long address, long length) throws ErrnoException {
    Errno.check(calls.mseal(address, length, 0));
  }

  /** prctl(PR_SET_VMA_ANON_NAME); null takes the name away. */
  public void name(long address, long length, @Nullable String name) throws ErrnoException {
    Errno.check(calls.setVmaAnonName(address, length, name));
  }

  /** shmget(2): the segment's id. */
  public int shmget(int key, long size, int flags) throws ErrnoException {
    return (int) Errno.check(calls.shmget(key, size, flags));
  }

  /** shmat(2): the address. */
  public long shmat(int id, long address, int flags) throws ErrnoException {
    return Errno.check(calls.shmat(id, address, flags));
  }

  /** shmdt(2). */
  public void shmdt(long address) throws ErrnoException {
    Errno.check(calls.shmdt(address));
  }
}
