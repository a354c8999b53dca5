// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vmarea.host.nativecalls.Architecture;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A thread that does something whenever a ring buffer fills: a program may fault a million times
 * between two calls. Waiting costs nothing.
 */
final class FaultDrainer implements AutoCloseable {
  private static final int POLLIN = 1;
  private static final long EFD_CLOEXEC = 0x80000;
  private static final int EINTR = 4;
  private static final long PPOLL =
      Architecture.host().orElseThrow() == Architecture.X86_64 ? 271 : 73;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment descriptors;
  private final Runnable work;
  private final int wake;
  private final Thread thread;
  private volatile boolean closed;

  /** Starts the thread; {@code work} runs on it. */
  FaultDrainer(final PerfFaults faults, final Runnable work) {
    this.work = work;
    this.wake = (int) NativeCalls.syscall(SystemCall.EVENTFD2, 0, EFD_CLOEXEC, 0, 0, 0, 0);
    final int rings = faults.ringDescriptors().size();
    this.descriptors = arena.allocate(8L * (rings + 1), 8);
    for (int i = 0; i <= rings; i++) {
      descriptors.set(JAVA_INT, 8L * i, i < rings ? faults.ringDescriptors().get(i) : wake);
      descriptors.set(JAVA_SHORT, 8L * i + 4, (short) POLLIN);
    }
    this.thread = new Thread(this::run, "vmarea-faults");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closed) {
      final long ready =
          NativeCalls.syscall(PPOLL, descriptors.address(), descriptors.byteSize() / 8, 0, 0, 0, 0);
      if (ready > 0 && !closed) {
        work.run();
      } else if (ready != -EINTR) {
        return;
      }
    }
  }

  /** Ends the thread and waits for it; not to be called with a lock that the work takes. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Arena memory = Arena.ofConfined()) {
      final MemorySegment one = memory.allocate(JAVA_LONG);
      one.set(JAVA_LONG, 0, 1);
      NativeCalls.syscall(SystemCall.WRITE, wake, one.address(), 8, 0, 0, 0);
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (final InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    ProcFile.close(wake);
    arena.close();
  }
}
