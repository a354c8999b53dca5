// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.tracing.Signals;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * While a program is recorded, signals that ask us to end go to the program instead; when it ends,
 * the recording is complete and so do we. Closing restores what was.
 *
 * <p>The JDK's only interface for this is {@code sun.misc.Signal}, of the supported module {@code
 * jdk.unsupported}; the compiler warns of any mention of it, hence the reflection.
 */
final class SignalRelay implements AutoCloseable {
  private static final Map<String, Integer> RELAYED =
      Map.of("HUP", Signals.SIGHUP, "INT", Signals.SIGINT, "TERM", Signals.SIGTERM);

  /** Fields of {@code /proc/self/stat} behind the name: process group, and the terminal's. */
  private static final int PROCESS_GROUP = 2;

  private static final int TERMINAL_GROUP = 5;

  /** Handlers to put back, by {@code sun.misc.Signal}. */
  private final Map<Object, Object> former = new HashMap<>();

  SignalRelay(final IntConsumer target) {
    RELAYED.forEach((name, number) -> {
      try {
        final Object signal =
            Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
        former.put(signal, handle(signal, handler(number, target)));
      } catch (final ReflectiveOperationException e) {
        // none here, or the JVM was told to leave this signal alone (-Xrs): so do we
      }
    });
  }

  private static Object handle(final Object signal, final Object handler)
      throws ReflectiveOperationException {
    final Method handle =
        signal
            .getClass()
            .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"));
    return handle.invoke(null, signal, handler);
  }

  private static Object handler(final int number, final IntConsumer target)
      throws ClassNotFoundException {
    final Class<?> type = Class.forName("sun.misc.SignalHandler");
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                relay(number, target);
                yield null;
              }
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> arguments != null && self == arguments[0];
              default -> "relay of signal " + number;
            });
  }

  private static void relay(final int number, final IntConsumer target) {
    // Ctrl-C reaches the whole foreground group: the program has it already
    if (number != Signals.SIGINT || !inForeground()) {
      target.accept(number);
    }
  }

  private static boolean inForeground() {
    try {
      final String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[PROCESS_GROUP].equals(fields[TERMINAL_GROUP]);
    } catch (final IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    former.forEach((signal, handler) -> {
      try {
        handle(signal, handler);
      } catch (final InvocationTargetException e) {
        throw new IllegalStateException("a signal handler cannot be put back", e);
      } catch (final ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    });
  }
}
