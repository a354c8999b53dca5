// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Page faults of one process, of its later threads and of its children, from perf events: one event
 * a processor, inherited, with a ring buffer each. Records carry a time of one clock, since a
 * program's threads fault on several processors at once.
 *
 * <p>One thread at a time may use it.
 */
final class PerfFaults implements AutoCloseable {
  private static final int ATTRIBUTE_BYTES = 112;
  private static final int TYPE_SOFTWARE = 1;
  private static final int TYPE_TRACEPOINT = 2;
  private static final long SOFTWARE_PAGE_FAULTS = 2;
  private static final long SAMPLE_TID = 1 << 1;
  private static final long SAMPLE_TIME = 1 << 2;
  private static final long SAMPLE_ADDR = 1 << 3;
  private static final long SAMPLE_RAW = 1 << 10;
  private static final long INHERIT = 1 << 1;
  private static final long EXCLUDE_KERNEL = 1 << 5;
  private static final long WATERMARK = 1 << 14;
  private static final long USE_CLOCKID = 1 << 25;
  private static final int CLOCK_MONOTONIC = 1;
  private static final long FD_CLOEXEC = 1 << 3;
  private static final long SET_OUTPUT = 0x2405;
  private static final long SET_FILTER = 0x4008_2406L;
  private static final int WRITE_FAULT = 2;
  private static final String WRITES = "error_code & " + WRITE_FAULT;

  private static final long MOST_BYTES_ALTOGETHER = 32 << 20;
  private static final long MOST_BYTES_A_RING = 2 << 20;
  private static final long LEAST_BYTES_A_RING = 64 << 10;

  private final List<Integer> descriptors = new ArrayList<>();
  private final List<PerfRing> rings = new ArrayList<>();
  private final List<Integer> ringDescriptors = new ArrayList<>();
  private final boolean tracepoints;
  private final boolean reads;
  private final long rawAddressAt;
  private final long rawErrorCodeAt;
  private boolean kernelAccesses = true;
  private long lost;
  private boolean closed;

  private PerfFaults(
      final boolean tracepoints,
      final boolean reads,
      final long rawAddressAt,
      final long rawErrorCodeAt) {
    this.tracepoints = tracepoints;
    this.reads = reads;
    this.rawAddressAt = rawAddressAt;
    this.rawErrorCodeAt = rawErrorCodeAt;
  }

  /** Receives faults. */
  interface Reader {
    /**
     * Process {@code tgid} faulted at {@code address} at {@code time} (ns); see {@link FaultQueue}.
     */
    void fault(int tgid, long time, long address, int kind);
  }

  /**
   * Events on the page-fault tracepoints for the process, or null where they are not to be had.
   *
   * @param reads whether reads are wanted too
   */
  static @Nullable PerfFaults tracepoints(final int pid, final long pageSize, final boolean reads) {
    try (Tracefs tracefs = Tracefs.open()) {
      if (tracefs == null) {
        return null;
      }
      final Tracefs.Tracepoint user = tracefs.tracepoint("exceptions", "page_fault_user");
      final Tracefs.Tracepoint kernel = tracefs.tracepoint("exceptions", "page_fault_kernel");
      if (user == null || kernel == null || user.addressAt() != kernel.addressAt()) {
        return null;
      }
      final PerfFaults faults = new PerfFaults(true, reads, user.addressAt(), user.errorCodeAt());
      return faults.start(pid, pageSize, TYPE_TRACEPOINT, List.of(user.id(), kernel.id()));
    }
  }

  /** Events on every fault, read or write, or null where they are not permitted. */
  static @Nullable PerfFaults software(final int pid, final long pageSize) {
    final PerfFaults faults = new PerfFaults(false, true, 0, 0);
    final PerfFaults all =
        faults.start(pid, pageSize, TYPE_SOFTWARE, List.of(SOFTWARE_PAGE_FAULTS));
    if (all != null) {
      return all;
    }
    final PerfFaults user = new PerfFaults(false, true, 0, 0);
    user.kernelAccesses = false;
    return user.start(pid, pageSize, TYPE_SOFTWARE, List.of(SOFTWARE_PAGE_FAULTS));
  }

  /** Whether the kernel's own accesses to user memory are seen. */
  boolean kernelAccesses() {
    return kernelAccesses;
  }

  long lost() {
    return lost;
  }

  private @Nullable PerfFaults start(
      final int pid, final long pageSize, final int type, final List<Long> configs) {
    final List<Integer> cpus = onlineProcessors();
    long bytes =
        Math.clamp(
            Long.highestOneBit(MOST_BYTES_ALTOGETHER / cpus.size()),
            LEAST_BYTES_A_RING,
            MOST_BYTES_A_RING);
    for (final int cpu : cpus) {
      int output = -1;
      for (final long config : configs) {
        final int fd = openEvent(pid, cpu, type, config, bytes / 4);
        if (fd < 0) {
          close();
          return null;
        }
        descriptors.add(fd);
        if (tracepoints && !reads && !filterWrites(fd)) {
          close();
          return null;
        }
        if (output < 0) {
          output = fd;
          PerfRing ring = PerfRing.map(fd, bytes, pageSize);
          while (ring == null && bytes > Math.max(LEAST_BYTES_A_RING, pageSize)) {
            bytes /= 2;
            ring = PerfRing.map(fd, bytes, pageSize);
          }
          if (ring == null) {
            close();
            return null;
          }
          rings.add(ring);
          ringDescriptors.add(fd);
        } else if (NativeCalls.syscall(SystemCall.IOCTL, fd, SET_OUTPUT, output, 0, 0, 0) < 0) {
          close();
          return null;
        }
      }
    }
    return this;
  }

  private int openEvent(
      final int pid, final int cpu, final int type, final long config, final long watermark) {
    try (Arena memory = Arena.ofConfined()) {
      final MemorySegment attribute = memory.allocate(ATTRIBUTE_BYTES, 8);
      final long what = type == TYPE_TRACEPOINT ? SAMPLE_RAW : SAMPLE_ADDR;
      attribute.set(JAVA_INT, 0, type);
      attribute.set(JAVA_INT, 4, ATTRIBUTE_BYTES);
      attribute.set(JAVA_LONG, 8, config);
      attribute.set(JAVA_LONG, 16, 1); // every fault
      attribute.set(JAVA_LONG, 24, SAMPLE_TID | SAMPLE_TIME | what);
      attribute.set(
          JAVA_LONG, 40, INHERIT | WATERMARK | USE_CLOCKID | (kernelAccesses ? 0 : EXCLUDE_KERNEL));
      attribute.set(JAVA_INT, 48, (int) watermark);
      attribute.set(JAVA_INT, 92, CLOCK_MONOTONIC);
      return (int)
          NativeCalls.syscall(
              SystemCall.PERF_EVENT_OPEN, attribute.address(), pid, cpu, -1, FD_CLOEXEC, 0);
    }
  }

  /** Lets the kernel drop read faults: they set no anon_vma and would only fill the buffer. */
  private static boolean filterWrites(final int fd) {
    try (Arena memory = Arena.ofConfined()) {
      final byte[] bytes = WRITES.getBytes(StandardCharsets.ISO_8859_1);
      final long text = NativeCalls.cString(memory, bytes).address();
      return NativeCalls.syscall(SystemCall.IOCTL, fd, SET_FILTER, text, 0, 0, 0) == 0;
    }
  }

  /** Reads what the rings hold. */
  void drain(final Reader reader) {
    for (final PerfRing ring : rings) {
      ring.drain(
          new PerfRing.Reader() {
            @Override
            public void sample(final PerfRing at, final long position) {
              final int tgid = at.intAt(position);
              final long time = at.longAt(position + 8);
              final long address = at.longAt(position + 16 + (tracepoints ? 4 + rawAddressAt : 0));
              if (address >= 0) {
                reader.fault(tgid, time, address, kind(at, position));
              }
            }

            @Override
            public void lost(final long count) {
              lost += count;
            }
          });
    }
  }

  private int kind(final PerfRing ring, final long position) {
    if (!tracepoints) {
      return FaultQueue.UNKNOWN;
    }
    final int errorCode = ring.intAt(position + 20 + rawErrorCodeAt);
    return (errorCode & WRITE_FAULT) != 0 ? FaultQueue.WRITE : FaultQueue.READ;
  }

  /** The descriptors that are readable when a ring is filled to its watermark. */
  List<Integer> ringDescriptors() {
    return List.copyOf(ringDescriptors);
  }

  private static List<Integer> onlineProcessors() {
    final List<Integer> cpus = new ArrayList<>();
    try {
      final String text =
          Files.readString(Path.of("/sys/devices/system/cpu/online"), StandardCharsets.ISO_8859_1);
      for (final String part : text.strip().split(",", -1)) {
        final String[] ends = part.split("-", 2);
        final int last = Integer.parseInt(ends[ends.length - 1]);
        for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
          cpus.add(cpu);
        }
      }
    } catch (final IOException | NumberFormatException unreadable) {
      cpus.clear();
    }
    if (cpus.isEmpty()) {
      for (int cpu = 0; cpu < Runtime.getRuntime().availableProcessors(); cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      rings.forEach(PerfRing::close);
      descriptors.forEach(ProcFile::close);
    }
  }
}
