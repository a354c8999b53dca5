// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.fleet;

import dev.vmarea.base.Profile;
import dev.vmarea.explain.Explainer;
import dev.vmarea.explain.snapshot.SnapshotReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Explains many snapshots, several at a time, and hands over one row each in the order of the
 * files. Only a few of them are in memory at once. Stateless.
 */
public final class Fleet {
  /** Rows that may wait for the one before them, for each thread. */
  private static final int AHEAD = 4;

  private Fleet() {}

  /**
   * The files below folders, and the files themselves, in order of their names.
   *
   * @throws IOException if a folder cannot be read
   */
  public static List<Path> files(Collection<Path> places) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> all = Files.walk(place)) {
          all.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
      } else {
        files.add(place);
      }
    }
    return files;
  }

  /**
   * Explains all of them.
   *
   * @param profile the rules of which kernel, or null for those of each snapshot's
   * @param stopped asked before each file whether to end early
   * @param rows told each row, by the calling thread
   */
  public static void run(
      List<Path> files,
      @Nullable Profile profile,
      BooleanSupplier stopped,
      Consumer<? super FleetRow> rows) {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
    Deque<Future<FleetRow>> waiting = new ArrayDeque<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (Path file : files) {
        if (stopped.getAsBoolean()) {
          break;
        }
        waiting.add(workers.submit(() -> row(file, profile)));
        if (waiting.size() > AHEAD * threads) {
          rows.accept(waiting.remove().get());
        }
      }
      while (!waiting.isEmpty()) {
        rows.accept(waiting.remove().get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static FleetRow row(Path file, @Nullable Profile profile) {
    try {
      return FleetRow.of(file.toString(), Explainer.explain(SnapshotReader.read(file), profile));
    } catch (IOException e) {
      return FleetRow.unreadable(file.toString(), String.valueOf(e.getMessage()));
    }
  }
}
