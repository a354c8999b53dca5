// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.nativecalls;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The only door to native code. Results are what the kernel returns: a value, or a negated errno.
 *
 * <p>Functions are linked on first use, so that code which never gets here never pays for it. All
 * methods are thread-safe; a system call acts on the calling thread, which matters for ptrace.
 */
public final class NativeCalls {
  /** The largest errno a system call returns: values from {@code -MAX_ERRNO} to -1 are errors. */
  public static final long MAX_ERRNO = 4095;

  private static final int POSIX_SPAWN_SETSIGMASK = 0x08;

  /** Larger than {@code posix_spawnattr_t} (336 bytes) and {@code sigset_t} of glibc and musl. */
  private static final long SPAWN_ATTRIBUTES_BYTES = 1024;

  private NativeCalls() {}

  /**
   * Makes a system call with six arguments; those that the call does not have are ignored.
   *
   * @return the value, or the negated errno
   * @throws NativeUnavailableException if native calls cannot be made here
   */
  public static long syscall(
      final long number,
      final long a0,
      final long a1,
      final long a2,
      final long a3,
      final long a4,
      final long a5) {
    try {
      final MemorySegment state = Linked.STATE.get();
      final long result = (long) Linked.SYSCALL.invokeExact(state, number, a0, a1, a2, a3, a4, a5);
      return result == -1 ? -(long) (int) Linked.ERRNO.get(state, 0L) : result;
    } catch (final Throwable t) {
      throw unavailable(t);
    }
  }

  /** Makes a call without arguments; see the method with six. */
  public static long syscall(final long number) {
    return syscall(number, 0, 0, 0, 0, 0, 0);
  }

  /** Makes a call with one argument; see the method with six. */
  public static long syscall(final long number, final long a0) {
    return syscall(number, a0, 0, 0, 0, 0, 0);
  }

  /** Makes a call with two arguments; see the method with six. */
  public static long syscall(final long number, final long a0, final long a1) {
    return syscall(number, a0, a1, 0, 0, 0, 0);
  }

  /** Makes a call with three arguments; see the method with six. */
  public static long syscall(final long number, final long a0, final long a1, final long a2) {
    return syscall(number, a0, a1, a2, 0, 0, 0);
  }

  /** Makes a call with four arguments; see the method with six. */
  public static long syscall(
      final long number, final long a0, final long a1, final long a2, final long a3) {
    return syscall(number, a0, a1, a2, a3, 0, 0);
  }

  /** Makes the {@code call} by name on the running machine; see the method with six arguments. */
  public static long syscall(
      final SystemCall call,
      final long a0,
      final long a1,
      final long a2,
      final long a3,
      final long a4,
      final long a5) {
    return syscall(Linked.NUMBERS.number(call), a0, a1, a2, a3, a4, a5);
  }

  /** Whether {@code result} of a system call is a negated errno. */
  public static boolean isError(final long result) {
    return result < 0 && result >= -MAX_ERRNO;
  }

  /**
   * Starts a program with {@code posix_spawn}, as a child of the calling thread, with the caller's
   * descriptors and an empty signal mask. The JVM's reaper does not know of it: whoever starts it
   * must wait for it.
   *
   * @param path the program's file
   * @param arguments its arguments, the first being its name; no byte 0 inside
   * @param environment its environment, {@code NAME=value}; no byte 0 inside
   * @return the process id, or the negated errno
   */
  public static long posixSpawn(
      final byte[] path, final List<byte[]> arguments, final List<byte[]> environment) {
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment pid = arena.allocate(JAVA_INT);
      final MemorySegment attributes = arena.allocate(SPAWN_ATTRIBUTES_BYTES, 16);
      final MemorySegment mask = arena.allocate(SPAWN_ATTRIBUTES_BYTES, 16);
      int error = (int) Linked.SPAWNATTR_INIT.invokeExact(attributes);
      if (error == 0) {
        error = (int) Linked.SPAWNATTR_SETSIGMASK.invokeExact(attributes, mask);
      }
      if (error == 0) {
        error =
            (int) Linked.SPAWNATTR_SETFLAGS.invokeExact(attributes, (short) POSIX_SPAWN_SETSIGMASK);
      }
      if (error == 0) {
        error =
            (int)
                Linked.POSIX_SPAWN.invokeExact(
                    pid,
                    cString(arena, path),
                    MemorySegment.NULL,
                    attributes,
                    cStringArray(arena, arguments),
                    cStringArray(arena, environment));
      }
      return error == 0 ? pid.get(JAVA_INT, 0) : -error;
    } catch (final Throwable t) {
      throw unavailable(t);
    }
  }

  /** A copy of {@code bytes} with a byte 0 behind, in native memory of {@code arena}. */
  public static MemorySegment cString(final Arena arena, final byte[] bytes) {
    final MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** A null-terminated array of pointers to copies of {@code strings}. */
  public static MemorySegment cStringArray(final Arena arena, final List<byte[]> strings) {
    final MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, cString(arena, strings.get(i)));
    }
    return array;
  }

  private static RuntimeException unavailable(final Throwable t) {
    Throwable cause = t;
    while (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NativeUnavailableException known) {
      return known;
    }
    if (cause instanceof VirtualMachineError fatal) {
      throw fatal;
    }
    if (cause instanceof RuntimeException failed && !(cause instanceof IllegalCallerException)) {
      return failed;
    }
    return new NativeUnavailableException("native calls are not available: " + cause, cause);
  }

  /** What the first call links. */
  private static final class Linked {
    static final SyscallNumbers NUMBERS = numbersOfLinux();
    static final VarHandle ERRNO =
        Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** Where the errno of a thread's call is put: once a thread, since allocating costs. */
    static final ThreadLocal<MemorySegment> STATE =
        ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();

    static final MethodHandle SYSCALL =
        link(
            "syscall",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    static final MethodHandle POSIX_SPAWN =
        link(
            "posix_spawn",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    static final MethodHandle SPAWNATTR_INIT =
        link("posix_spawnattr_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    static final MethodHandle SPAWNATTR_SETSIGMASK =
        link("posix_spawnattr_setsigmask", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    static final MethodHandle SPAWNATTR_SETFLAGS =
        link("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));

    private static SyscallNumbers numbersOfLinux() {
      if (!"Linux".equals(System.getProperty("os.name"))) {
        throw new NativeUnavailableException(
            "needs Linux, this is " + System.getProperty("os.name"));
      }
      return SyscallNumbers.host();
    }

    @SuppressWarnings("restricted") // the one place that links
    private static MethodHandle link(
        final String name, final FunctionDescriptor type, final Linker.Option... options) {
      return LINKER.downcallHandle(
          LOOKUP
              .find(name)
              .orElseThrow(
                  () -> new NativeUnavailableException("the C library has no " + name + "()")),
          type,
          options);
    }
  }
}
