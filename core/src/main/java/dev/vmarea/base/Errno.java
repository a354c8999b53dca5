// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import org.jspecify.annotations.Nullable;

/**
 * Error numbers of Linux (generic numbering, used by x86-64 and aarch64).
 *
 * <p>Inside the library a failing call yields {@code -errno}, as in the kernel; the Java API turns
 * it into an {@link ErrnoException}.
 */
public enum Errno {
  EPERM(1, "Operation not permitted"),
  ENOENT(2, "No such file or directory"),
  ESRCH(3, "No such process"),
  EINTR(4, "Interrupted system call"),
  EIO(5, "Input/output error"),
  ENXIO(6, "No such device or address"),
  ENOEXEC(8, "Exec format error"),
  EBADF(9, "Bad file descriptor"),
  EAGAIN(11, "Resource temporarily unavailable"),
  ENOMEM(12, "Cannot allocate memory"),
  EACCES(13, "Permission denied"),
  EFAULT(14, "Bad address"),
  EBUSY(16, "Device or resource busy"),
  EEXIST(17, "File exists"),
  ENODEV(19, "No such device"),
  EINVAL(22, "Invalid argument"),
  ENFILE(23, "Too many open files in system"),
  EMFILE(24, "Too many open files"),
  ETXTBSY(26, "Text file busy"),
  EFBIG(27, "File too large"),
  ENOSPC(28, "No space left on device"),
  ESPIPE(29, "Illegal seek"),
  EROFS(30, "Read-only file system"),
  ENOSYS(38, "Function not implemented"),
  EIDRM(43, "Identifier removed"),
  EOVERFLOW(75, "Value too large for defined data type"),
  EOPNOTSUPP(95, "Operation not supported"),
  EHWPOISON(133, "Memory page has hardware error"),
  /** Internal to the kernel, but seen from user space up to Linux 7.0 (MAP_DROPPABLE). */
  ENOTSUPP(524, "Unknown error 524");

  private static final @Nullable Errno[] BY_NUMBER = new @Nullable Errno[1024];

  static {
    for (Errno e : values()) {
      BY_NUMBER[e.number] = e;
    }
  }

  private final int number;
  private final String text;
  private final ErrnoException failure;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
    this.failure = new ErrnoException(this);
  }

  /** The positive error number. */
  public int number() {
    return number;
  }

  /** What {@code strerror} says. */
  public String text() {
    return text;
  }

  /** The exception that says this; one shared instance without stack trace. */
  public ErrnoException failure() {
    return failure;
  }

  /** The value a failing call yields: minus the error number. */
  public long negated() {
    return -(long) number;
  }

  /** Whether {@code result} is an error, by the kernel's rule (the last 4095 values). */
  public static boolean isError(long result) {
    return result < 0 && result >= -4095;
  }

  /** The errno behind a negative result, or null when the number is not one of ours. */
  public static @Nullable Errno ofResult(long result) {
    return isError(result) ? ofNumber((int) -result) : null;
  }

  /**
   * Turns a failing call into an exception: {@code long at = Errno.check(calls.mmap(...))}.
   *
   * @param result what a call of {@code Syscalls} returned
   * @return the same, if it is no error
   * @throws ErrnoException if it is one
   */
  public static long check(long result) throws ErrnoException {
    if (isError(result)) {
      Errno errno = ofResult(result);
      if (errno == null) {
        throw new IllegalArgumentException("no errno of this library: " + result);
      }
      throw errno.failure();
    }
    return result;
  }

  /** The errno with this positive number, or null. */
  public static @Nullable Errno ofNumber(int number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
