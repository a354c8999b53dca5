// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.Machine;
import dev.vmarea.drivers.UserKind;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A single source file, compiled in memory. */
final class SourceFile {
  private static final String REMEDY =
      ": this Java runtime has no compiler. Start it with a whole JDK (VMAREA_JAVA_HOME=JDK"
          + " ./vmarea ...; as modules: --add-modules jdk.compiler), or compile the file yourself"
          + " and give the folder of its classes";

  private final Map<String, Compiled> classes = new TreeMap<>();

  private SourceFile() {}

  /**
   * The classes of a file, by their binary names.
   *
   * @throws OwnDriverException with what the compiler says, or without one
   */
  static Map<String, byte[]> compile(Path source) throws OwnDriverException {
    JavaCompiler compiler =
        ModuleLayer.boot().findModule("java.compiler").isPresent()
            ? ToolProvider.getSystemJavaCompiler()
            : null;
    if (compiler == null) {
      throw new OwnDriverException(source + REMEDY);
    }
    SourceFile compiled = new SourceFile();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-Xlint:none",
              "-g",
              "-classpath",
              String.join(File.pathSeparator, classPath()));
      boolean done =
          compiler
              .getTask(
                  messages,
                  compiled.new InMemory(files),
                  null,
                  options,
                  null,
                  files.getJavaFileObjects(source))
              .call();
      if (!done) {
        throw new OwnDriverException("does not compile\n" + messages.toString().strip());
      }
    } catch (IOException e) {
      throw new OwnDriverException(source + ": " + e.getMessage(), e);
    }
    return compiled.classes.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, one -> one.getValue().bytes.toByteArray()));
  }

  /** What this program consists of, on the class path or as modules. */
  private static Set<String> classPath() {
    Set<String> path = new LinkedHashSet<>();
    for (Class<?> one : List.of(Machine.class, UserKind.class, SourceFile.class)) {
      CodeSource where = one.getProtectionDomain().getCodeSource();
      if (where != null && "file".equals(where.getLocation().getProtocol())) {
        try {
          path.add(Path.of(where.getLocation().toURI()).toString());
        } catch (URISyntaxException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    path.addAll(List.of(System.getProperty("java.class.path", "").split(File.pathSeparator, -1)));
    path.remove("");
    return path;
  }

  private static final class Compiled extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Compiled(String name) {
      super(URI.create("memory:/" + name.replace('.', '/') + ".class"), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return classes.computeIfAbsent(className, Compiled::new);
    }
  }
}
