// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes objects of classes that were found. */
final class Made {
  private Made() {}

  /** Whether objects of it can be wanted: it is complete, and its author has not hidden it. */
  static boolean isWanted(Class<?> type) {
    int modifiers = type.getModifiers();
    return !Modifier.isAbstract(modifiers)
        && !Modifier.isPrivate(modifiers)
        && !type.isAnonymousClass()
        && !type.isLocalClass()
        && !type.isSynthetic();
  }

  /**
   * The constructor that takes a machine, or else the one that takes nothing.
   *
   * @return null if there is neither, or it is private
   */
  static @Nullable Constructor<?> constructor(Class<?> type) {
    Constructor<?> found = null;
    for (Constructor<?> one : type.getDeclaredConstructors()) {
      boolean machine = Arrays.equals(one.getParameterTypes(), new Class<?>[] {Machine.class});
      boolean better = machine || found == null && one.getParameterCount() == 0;
      if (better && !Modifier.isPrivate(one.getModifiers())) {
        found = one;
      }
    }
    return found;
  }

  /**
   * A new object; of an enum with one constant, that.
   *
   * @throws ErrnoException if the constructor does
   * @throws OwnDriverException without a constructor for it, or saying what else it threw
   */
  static Object one(Class<?> type, Machine machine) throws ErrnoException, OwnDriverException {
    Object[] constants = type.getEnumConstants();
    if (constants != null && constants.length == 1) {
      return constants[0];
    }
    Constructor<?> constructor = constructor(type);
    if (constructor == null) {
      throw new OwnDriverException(
          name(type)
              + ": no constructor without arguments, and none that takes a Machine (a class inside"
              + " another one must be static; one that is not meant to be found, private)");
    }
    try {
      constructor.setAccessible(true);
      return constructor.getParameterCount() == 1
          ? constructor.newInstance(machine)
          : constructor.newInstance();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ErrnoException errno) {
        throw errno;
      }
      throw thrown(type, Objects.requireNonNullElse(e.getCause(), e));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      throw thrown(type, e);
    }
  }

  /** What its constructor threw, and where. */
  static OwnDriverException thrown(Class<?> type, Throwable cause) {
    String where =
        Arrays.stream(cause.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith(type.getName()))
            .findFirst()
            .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("");
    return new OwnDriverException(name(type) + ": cannot be made: " + cause + where, cause);
  }

  /** Its name as in a source file. */
  static String name(Class<?> type) {
    String name = type.getCanonicalName();
    return name == null ? type.getName() : name;
  }
}
