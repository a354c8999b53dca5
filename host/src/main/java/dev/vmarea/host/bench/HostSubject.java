// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.system.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The running kernel: its system calls on this process's own memory, in a range that is free at
 * first. Nothing is ever stored there. Only for a process that may die of it.
 */
final class HostSubject implements Subject {
  private static final int PRIVATE_ANONYMOUS = MapFlags.PRIVATE | MapFlags.ANONYMOUS;
  private static final int READ_WRITE = 3;

  private final long end;

  /**
   * Makes sure that the arena's range is free and that the map limit leaves room.
   *
   * @throws IllegalStateException if not
   */
  HostSubject(Arena arena) throws IOException {
    end = arena.end();
    long length = end - Arena.BASE;
    int flags = PRIVATE_ANONYMOUS | MapFlags.NORESERVE | MapFlags.FIXED_NOREPLACE;
    checked(NativeCalls.syscall(SystemCall.MMAP, Arena.BASE, length, 0, flags, -1, 0));
    unmap(Arena.BASE, end);
    int limit = HostConfig.read().kernel().maxMapCount();
    long needed = arena.mappings() + 2L * arena.slots() + ownMappings() + 100;
    if (needed > limit) {
      throw new IllegalStateException(
          "needs " + needed + " mappings, vm.max_map_count allows " + limit);
    }
  }

  private static long ownMappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static long checked(long result) {
    if (NativeCalls.isError(result)) {
      throw new IllegalStateException("the kernel answers " + result);
    }
    return result;
  }

  @Override
  public void map(long start, long to, int prot) {
    int flags = PRIVATE_ANONYMOUS | MapFlags.FIXED;
    checked(NativeCalls.syscall(SystemCall.MMAP, start, to - start, prot, flags, -1, 0));
  }

  @Override
  public void unmap(long start, long to) {
    checked(NativeCalls.syscall(SystemCall.MUNMAP, start, to - start, 0, 0, 0, 0));
  }

  @Override
  public void protect(long start, long to, int prot) {
    checked(NativeCalls.syscall(SystemCall.MPROTECT, start, to - start, prot, 0, 0, 0));
  }

  @Override
  public void mapAnywhere(long bytes) {
    long at =
        checked(
            NativeCalls.syscall(SystemCall.MMAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0));
    unmap(at, at + bytes);
  }

  @Override
  public void empty() {
    NativeCalls.syscall(SystemCall.GETPPID, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public int count() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return (int) lines.filter(this::inArena).count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean inArena(String line) {
    String start = line.substring(0, line.indexOf('-'));
    long at = Long.parseUnsignedLong(start, 16);
    return at >= Arena.BASE && at < end;
  }
}
