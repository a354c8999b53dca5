// SPDX-License-Identifier: Apache-2.0

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Checks or rewrites every Java source below a folder with google-java-format; run by the build.
 *
 * <p>Arguments: {@code check} or {@code write}, the folder, and a marker file that exists
 * afterwards exactly if a file is not formatted ({@code check}) or cannot be parsed.
 */
public final class Format {
  private Format() {}

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]).toRealPath();
    Queue<Path> changed = new ConcurrentLinkedQueue<>();
    Queue<String> unreadable = new ConcurrentLinkedQueue<>();
    Formatter formatter = new Formatter();
    sources(root).parallelStream()
        .forEach(file -> {
          try {
            String before = Files.readString(file);
            String after =
                formatter.formatSource(
                    RemoveUnusedImports.removeUnusedImports(
                        ImportOrderer.reorderImports(before, Style.GOOGLE)));
            if (!after.equals(before)) {
              changed.add(root.relativize(file));
              if (write) {
                Files.writeString(file, after);
              }
            }
          } catch (FormatterException | IOException e) {
            unreadable.add(root.relativize(file) + ": " + e.getMessage());
          }
        });
    unreadable.forEach(message -> System.err.println("format: " + message));
    changed.stream()
        .sorted()
        .forEach(file ->
            System.err.println("format: " + (write ? "rewrote " : "not formatted: ") + file));
    boolean failed = !unreadable.isEmpty() || (!write && !changed.isEmpty());
    Path marker = Path.of(args[2]);
    if (failed) {
      Files.createDirectories(marker.getParent());
      Files.writeString(marker, "");
    } else {
      Files.deleteIfExists(marker);
    }
  }

  /** Java sources outside build output and hidden folders. */
  private static List<Path> sources(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            String name = dir.getFileName().toString();
            boolean skipped = !dir.equals(root) && (name.equals("target") || name.startsWith("."));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
