// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.hugetlb.HugePagePool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The huge pages of this host, all for one engine: it sets how many there are and may be, and puts
 * both back at the end, also when the JVM is told to end. A lock on the setting's file keeps other
 * engines of any process away. Only a pool of which nobody uses a page is taken.
 *
 * <p>Reservations that are there all the same have been lost by the kernel, which has defects that
 * do so; they last until it is started anew. The engine has as many pages more, and the model loses
 * as many.
 */
final class HostHugePages implements AutoCloseable {
  /** How many there are while an engine has them. */
  static final int PAGES = 4;

  /** How many there may be beyond those. */
  static final int OVERCOMMIT = 2;

  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 02000000;
  private static final int LOCK_EX_NB = 2 | 4;
  private static final int NUMBER_BYTES = 32;
  private static final long PATIENCE_SECONDS = 10;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(NUMBER_BYTES);
  private final int wanted;
  private final int free;
  private final int reserved;
  private final int surplus;
  private final int overcommit;
  private final long before;
  private final long overcommitBefore;
  private long lost;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread atExit = new Thread(this::whenToldToEnd, "huge pages of the host");

  private HostHugePages(final long pageSize) throws IOException {
    final String directory =
        String.format("/sys/kernel/mm/hugepages/hugepages-%dkB/", pageSize >> 10);
    wanted = open(directory + "nr_hugepages", O_RDWR);
    free = open(directory + "free_hugepages", 0);
    reserved = open(directory + "resv_hugepages", 0);
    surplus = open(directory + "surplus_hugepages", 0);
    overcommit = open(directory + "nr_overcommit_hugepages", O_RDWR);
    if (NativeCalls.syscall(SystemCall.FLOCK, wanted, LOCK_EX_NB, 0, 0, 0, 0) < 0) {
      throw refusal("another campaign has them");
    }
    before = number(wanted) - number(surplus);
    overcommitBefore = number(overcommit);
    if (number(free) != number(wanted)) {
      throw refusal(
          "somebody uses them: " + number(wanted) + " there are, " + number(free) + " free");
    }
    lost = number(reserved);
    Runtime.getRuntime().addShutdownHook(atExit);
    set(wanted, PAGES + lost);
    set(overcommit, OVERCOMMIT);
    if (number(wanted) != PAGES + lost || number(overcommit) != OVERCOMMIT) {
      close();
      throw new IOException("there is no memory for " + PAGES + " of them, or no permission");
    }
  }

  /**
   * Takes the huge pages of {@code pageSize} bytes.
   *
   * @throws IOException if they cannot be had; the message says why
   */
  static HostHugePages take(final long pageSize) throws IOException {
    return new HostHugePages(pageSize);
  }

  private IOException refusal(final String why) {
    closeAll();
    return new IOException(why);
  }

  private static int open(final String path, final int flags) throws IOException {
    try (Arena local = Arena.ofConfined()) {
      final long descriptor =
          NativeCalls.syscall(
              SystemCall.OPENAT,
              -100,
              NativeCalls.cString(local, path.getBytes(StandardCharsets.US_ASCII)).address(),
              flags | O_CLOEXEC,
              0,
              0,
              0);
      if (descriptor < 0) {
        throw new IOException(path + " cannot be opened: errno=" + -descriptor);
      }
      return (int) descriptor;
    }
  }

  private long number(final int descriptor) throws IOException {
    final long got =
        NativeCalls.syscall(
            SystemCall.PREAD64, descriptor, buffer.address(), NUMBER_BYTES, 0, 0, 0);
    if (got <= 0) {
      throw new IOException("a number of huge pages cannot be read: errno=" + -got);
    }
    final byte[] text = buffer.asSlice(0, got).toArray(JAVA_BYTE);
    return Long.parseUnsignedLong(new String(text, StandardCharsets.US_ASCII).strip());
  }

  private static void set(final int descriptor, final long pages) {
    final byte[] text = Long.toString(pages).getBytes(StandardCharsets.US_ASCII);
    try (Arena local = Arena.ofConfined()) {
      final MemorySegment bytes = NativeCalls.cString(local, text);
      NativeCalls.syscall(SystemCall.PWRITE64, descriptor, bytes.address(), text.length, 0, 0, 0);
    }
  }

  /** What it counts while nobody has any. */
  HugePagePool.Counts unused() {
    return new HugePagePool.Counts(PAGES + lost, PAGES + lost, lost, 0);
  }

  /** Makes a model's pool like this one, which nobody uses now. */
  void copyTo(final HugePagePool pool, final long pageSize) {
    pool.setTotal(pageSize, PAGES + lost);
    pool.overcommit(pageSize, OVERCOMMIT);
    pool.lose(pageSize, lost);
  }

  /**
   * Nobody maps any now: reservations that are there all the same are lost, and count so from now
   * on.
   *
   * @throws IOException if the counts cannot be read
   */
  void giveUpLost() throws IOException {
    awaitUnused();
    lost = number(reserved);
    set(wanted, PAGES + lost);
  }

  /**
   * What the kernel counts now; the total is what was asked for and what is there beyond that.
   *
   * @throws IOException if it cannot be read
   */
  HugePagePool.Counts counts() throws IOException {
    return new HugePagePool.Counts(number(wanted), number(free), number(reserved), number(surplus));
  }

  /**
   * Waits until all are free again, as file systems of a namespace go a little later than the last
   * process in it; not for ever.
   *
   * @throws IOException if the counts cannot be read
   */
  void awaitUnused() throws IOException {
    final HugePagePool.Counts all = unused();
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!counts().equals(all) && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Puppets still hold pages until their engine is closed: that is waited for. */
  private void whenToldToEnd() {
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        putBack();
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The number of before; pages that somebody still has go when they are given back. */
  @Override
  public void close() {
    putBack();
    done.countDown();
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (final IllegalStateException ending) {
      // the JVM was told to end
    }
  }

  private void putBack() {
    set(overcommit, overcommitBefore);
    set(wanted, before);
  }

  private void closeAll() {
    for (final int descriptor : new int[] {wanted, free, reserved, surplus, overcommit}) {
      NativeCalls.syscall(SystemCall.CLOSE, descriptor, 0, 0, 0, 0, 0);
    }
    arena.close();
  }
}
