// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.workbench.diagnosis.IntendedDifferences;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes of a source file. What is intended of them is in {@code
 * NAME.intended.properties} beside NAME.java.
 */
final class SourceLoader extends ClassLoader {
  private final Map<String, byte[]> classes;
  private final Path intended;

  SourceLoader(Map<String, byte[]> classes, Path source) {
    super(SourceLoader.class.getClassLoader());
    this.classes = classes;
    this.intended = source.resolveSibling(OwnDrivers.stem(source) + "." + IntendedDifferences.FILE);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = classes.get(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    try {
      return name.endsWith(IntendedDifferences.FILE) && Files.exists(intended)
          ? intended.toUri().toURL()
          : null;
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
