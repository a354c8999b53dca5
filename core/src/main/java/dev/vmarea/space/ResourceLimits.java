// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * The resource limits of one process that bear on mappings, in bytes; {@link #INFINITY} compares
 * above everything. Shared by the threads of a process, not by processes that share memory.
 *
 * <p>Not synchronised, as {@link Task}. Resources are numbered 0 to 15; the methods that read one
 * throw {@link IndexOutOfBoundsException} for others.
 */
public final class ResourceLimits {
  /** No limit; all limits compare as unsigned values. */
  public static final long INFINITY = -1L;

  /** Limit of private writable memory (number as on x86-64 and aarch64). */
  public static final int RLIMIT_DATA = 2;

  /** Limit of a growing stack; at execve it also moves the area for mappings. */
  public static final int RLIMIT_STACK = 3;

  /** Limit of locked memory, in whole pages, for callers without CAP_IPC_LOCK. */
  public static final int RLIMIT_MEMLOCK = 8;

  /** Limit of all mapped memory. */
  public static final int RLIMIT_AS = 9;

  private final long[] soft = new long[16];
  private final long[] hard = new long[16];

  /** No limit but a stack of 8 MiB and 8 MiB of locked memory. */
  public ResourceLimits() {
    java.util.Arrays.fill(soft, INFINITY);
    java.util.Arrays.fill(hard, INFINITY);
    soft[RLIMIT_STACK] = 8L << 20;
    soft[RLIMIT_MEMLOCK] = 8L << 20;
    hard[RLIMIT_MEMLOCK] = 8L << 20;
  }

  /** An independent copy, as fork makes. */
  public ResourceLimits copy() {
    ResourceLimits copy = new ResourceLimits();
    System.arraycopy(soft, 0, copy.soft, 0, soft.length);
    System.arraycopy(hard, 0, copy.hard, 0, hard.length);
    return copy;
  }

  /** Sets a limit; numbers above 15 are of no concern here and ignored. */
  public void set(int resource, long softBytes, long hardBytes) {
    if (resource >= 0 && resource < soft.length) {
      soft[resource] = softBytes;
      hard[resource] = hardBytes;
    }
  }

  /** The soft limit in bytes. */
  public long soft(int resource) {
    return soft[resource];
  }

  /** The hard limit in bytes. */
  public long hard(int resource) {
    return hard[resource];
  }

  /** Whether {@code bytes} is above the soft limit. */
  public boolean exceeded(int resource, long bytes) {
    return Long.compareUnsigned(bytes, soft[resource]) > 0;
  }

  /** Whether {@code pages} is above the soft limit rounded down to pages. */
  public boolean pagesExceeded(int resource, long pages) {
    return Long.compareUnsigned(pages, soft[resource] >>> 12) > 0;
  }
}
