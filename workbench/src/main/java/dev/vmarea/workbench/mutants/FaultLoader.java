// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/**
 * Loads the model, its users and the workbench anew, with all faults asleep in them. What it shares
 * with its callers ({@link Trial}) and the JDK come from the usual loader.
 */
final class FaultLoader extends ClassLoader {
  private static final String OURS = "dev.vmarea.";
  private static final String LAB = "dev.vmarea.workbench.lab.Lab";
  private static final Set<String> SHARED = Set.of(Trial.class.getName());

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader parent;
  private final List<Fault> faults;

  FaultLoader(List<Fault> faults) {
    super(FaultLoader.class.getClassLoader());
    this.parent = FaultLoader.class.getClassLoader();
    this.faults = List.copyOf(faults);
  }

  /** A new trial of its classes. */
  Trial trial() {
    try {
      return (Trial) loadClass("dev.vmarea.workbench.PortTrial").getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the workbench cannot be loaded", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || SHARED.contains(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        byte[] bytes = bytes(name);
        loaded = defineClass(name, bytes, 0, bytes.length);
      }
      return loaded;
    }
  }

  private byte[] bytes(String name) throws ClassNotFoundException {
    try (InputStream in = parent.getResourceAsStream(Weaver.file(name))) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      List<Fault> its = faults.stream().filter(fault -> fault.className().equals(name)).toList();
      if (name.equals(LAB)) {
        return Weaver.weaveLab(bytes);
      }
      return its.isEmpty() ? bytes : Weaver.weave(bytes, its);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
