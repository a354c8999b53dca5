// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Loads the model and everything that drives it anew, for one worker: with its branches counted,
 * and, to see whether a campaign would notice, with one fault in it. What workers and campaign
 * share (this package) and the JDK come from the usual loader.
 */
final class ModelLoader extends ClassLoader {
  private static final String OURS = "dev.vmarea.";
  private static final String SHARED = ModelLoader.class.getPackageName() + ".";

  // The rules. The tree below them has tests of its own, and would only cost time here.
  private static final List<String> RULES =
      List.of(
          "dev.vmarea.space.",
          "dev.vmarea.mapping.",
          "dev.vmarea.files.",
          "dev.vmarea.hugetlb.",
          "dev.vmarea.fault.Huge",
          "dev.vmarea.vma.");
  private static final String TREE = "dev.vmarea.space.Tree";

  private final ClassLoader parent;
  private final @Nullable Mutation mutation;
  private final AtomicInteger branches = new AtomicInteger();

  ModelLoader(final @Nullable Mutation mutation) {
    super(ModelLoader.class.getClassLoader());
    this.parent = ModelLoader.class.getClassLoader();
    this.mutation = mutation;
  }

  /** An engine whose model is this loader's, with huge pages if it can; for the calling thread. */
  Lockstep engine() throws IOException {
    return engine(true);
  }

  /** The same, with huge pages or without. */
  Lockstep engine(final boolean hugePages) throws IOException {
    try {
      return (Lockstep)
          loadClass("dev.vmarea.host.lockstep.LockstepEngine")
              .getConstructor(boolean.class)
              .newInstance(hugePages);
    } catch (final java.lang.reflect.InvocationTargetException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      if (e.getCause() instanceof LinkageError badly) {
        throw badly; // ours: a class was not woven well
      }
      throw new IllegalStateException("the engine cannot be made: " + e.getCause(), e.getCause());
    } catch (final ReflectiveOperationException e) {
      throw new LinkageError("the engine cannot be loaded", e);
    }
  }

  /** Branches counted in the classes loaded so far. */
  int branches() {
    return branches.get();
  }

  @Override
  protected Class<?> loadClass(final String name, final boolean resolve)
      throws ClassNotFoundException {
    if (!name.startsWith(OURS) || name.startsWith(SHARED)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        final byte[] bytes = prepared(name);
        loaded = defineClass(name, bytes, 0, bytes.length);
      }
      return loaded;
    }
  }

  private byte[] prepared(final String name) throws ClassNotFoundException {
    final String file = name.replace('.', '/') + ".class";
    try (InputStream in = parent.getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      final byte[] bytes = in.readAllBytes();
      final boolean rule = RULES.stream().anyMatch(name::startsWith) && !name.startsWith(TREE);
      return rule ? weave(name, bytes) : bytes;
    } catch (final IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] weave(final String name, final byte[] bytes) {
    final Mutation fault = mutation;
    final boolean faulty = fault != null && fault.className().equals(name);
    return new Weaver(parent, name, faulty ? fault : null, branches).weave(bytes);
  }
}
