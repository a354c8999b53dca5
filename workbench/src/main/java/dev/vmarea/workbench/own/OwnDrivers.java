// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.own;

import dev.vmarea.Machine;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.vma.FileOperations;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds drivers of one's own: services of type {@link UserKind}, or of type {@link FileOperations}
 * of which users are made here; and, in what has no such services, the classes themselves.
 */
public final class OwnDrivers {
  private static final String SERVICES = "META-INF/services/";
  private static final String CLASS = ".class";

  private OwnDrivers() {}

  /**
   * Those that are services where this program itself comes from, its class or module path.
   *
   * @throws OwnDriverException if one cannot be used
   */
  public static List<UserKind> onClassPath() throws OwnDriverException {
    return tried(services(OwnDrivers.class.getClassLoader(), type -> true, "own"));
  }

  /**
   * Those in a .jar, a folder of classes, or a single .java file.
   *
   * @throws OwnDriverException if there is none, or one cannot be used
   */
  public static List<UserKind> at(Path path) throws OwnDriverException {
    if (!Files.exists(path)) {
      throw new OwnDriverException(path + ": no such file or folder");
    }
    try {
      List<UserKind> found =
          path.toString().endsWith(".java") ? inSource(path) : inArchive(path, stem(path));
      if (found.isEmpty()) {
        throw new OwnDriverException(
            path
                + ": no driver inside: a class that is not private or abstract and implements"
                + " MmapPrepare, LegacyMmap or UserKind");
      }
      return tried(found);
    } catch (IOException e) {
      throw new OwnDriverException(path + ": " + e, e);
    } catch (LinkageError e) {
      throw new OwnDriverException(path + ": a class cannot be loaded: " + e, e);
    }
  }

  /** Name of a file without what is behind the last dot. */
  static String stem(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "own" : name.toString().replaceFirst("\\.[^.]*$", "");
  }

  private static List<UserKind> tried(List<UserKind> kinds) throws OwnDriverException {
    for (UserKind kind : kinds) {
      for (UserKind known : UserCatalog.all()) {
        if (known.id().equals(kind.id())) {
          throw new OwnDriverException(
              kind.id() + ": there is such a user already; the class needs another name");
        }
      }
      Trial.of(kind);
    }
    return kinds;
  }

  private static List<UserKind> inSource(Path source) throws IOException, OwnDriverException {
    Map<String, byte[]> compiled = SourceFile.compile(source);
    String text = Files.readString(source);
    List<String> names = new ArrayList<>(compiled.keySet());
    names.sort((one, other) -> Integer.compare(place(text, one), place(text, other)));
    return ofClasses(names, new SourceLoader(compiled, source), stem(source));
  }

  /** Where a class begins in its source. */
  private static int place(String source, String className) {
    String name = className.substring(className.lastIndexOf('$') + 1);
    name = name.substring(name.lastIndexOf('.') + 1);
    Matcher matcher =
        Pattern.compile("\\b(?:class|record|enum|interface)\\s+" + Pattern.quote(name) + "\\b")
            .matcher(source);
    return matcher.find() ? matcher.start() : source.length();
  }

  private static List<UserKind> inArchive(Path path, String place)
      throws IOException, OwnDriverException {
    URLClassLoader loader =
        new URLClassLoader(new URL[] {path.toUri().toURL()}, OwnDrivers.class.getClassLoader());
    if (Files.isDirectory(path)) {
      return inTree(path, loader, place);
    }
    try (FileSystem archive = FileSystems.newFileSystem(path)) {
      return inTree(archive.getPath("/"), loader, place);
    } catch (ProviderNotFoundException e) {
      throw new OwnDriverException(path + ": a .java file, a .jar or a folder expected", e);
    }
  }

  private static List<UserKind> inTree(Path root, ClassLoader loader, String place)
      throws IOException, OwnDriverException {
    if (Files.exists(root.resolve(SERVICES + UserKind.class.getName()))
        || Files.exists(root.resolve(SERVICES + FileOperations.class.getName()))) {
      return services(loader, type -> type.getClassLoader() == loader, place);
    }
    try (Stream<Path> all = Files.walk(root)) {
      List<String> names =
          all.map(file -> root.relativize(file).toString())
              .filter(name -> name.endsWith(CLASS) && !name.endsWith("-info.class"))
              .map(name -> name.substring(0, name.length() - CLASS.length()))
              .map(name -> name.replace('\\', '.').replace('/', '.'))
              .sorted()
              .toList();
      return ofClasses(names, loader, place);
    }
  }

  private static List<UserKind> services(
      ClassLoader loader, Predicate<Class<?>> wanted, String place) throws OwnDriverException {
    try {
      List<UserKind> kinds = new ArrayList<>();
      ServiceLoader.load(UserKind.class, loader).stream()
          .filter(one -> wanted.test(one.type()))
          .forEach(one -> kinds.add(one.get()));
      List<HookClass> hooks =
          ServiceLoader.load(FileOperations.class, loader).stream()
              .filter(one -> wanted.test(one.type()))
              .map(one -> new HookClass(one.type(), one))
              .toList();
      kinds.addAll(grouped(hooks, place));
      return kinds;
    } catch (ServiceConfigurationError e) {
      throw new OwnDriverException(place + ": " + e.getMessage(), e);
    }
  }

  private static List<UserKind> ofClasses(List<String> names, ClassLoader loader, String place)
      throws OwnDriverException {
    List<UserKind> kinds = new ArrayList<>();
    List<HookClass> hooks = new ArrayList<>();
    for (String name : names) {
      Class<?> type = load(name, loader);
      if (Made.isWanted(type) && UserKind.class.isAssignableFrom(type)) {
        kinds.add(kind(type));
      } else if (Made.isWanted(type) && HookClass.isOne(type)) {
        hooks.add(new HookClass(type, null));
      }
    }
    // Hooks beside a kind are made by it.
    return kinds.isEmpty() ? grouped(hooks, place) : kinds;
  }

  private static Class<?> load(String name, ClassLoader loader) throws OwnDriverException {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new OwnDriverException(name + ": no such class in its place", e);
    }
  }

  private static UserKind kind(Class<?> type) throws OwnDriverException {
    try {
      return (UserKind) Made.one(type, new Machine(KernelConfig.standard(), Profile.SETTLED));
    } catch (ErrnoException e) {
      throw Made.thrown(type, e);
    }
  }

  private static List<UserKind> grouped(List<HookClass> hooks, String place)
      throws OwnDriverException {
    Map<String, List<HookClass>> groups = new LinkedHashMap<>();
    for (HookClass hook : hooks) {
      groups.computeIfAbsent(hook.group(place), name -> new ArrayList<>()).add(hook);
    }
    List<UserKind> kinds = new ArrayList<>();
    for (Map.Entry<String, List<HookClass>> group : groups.entrySet()) {
      kinds.add(PlainKind.of(group.getKey(), group.getValue()));
    }
    return kinds;
  }
}
