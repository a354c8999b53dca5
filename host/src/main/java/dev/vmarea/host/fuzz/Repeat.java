// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs a sequence that was kept once more. */
public final class Repeat {
  private Repeat() {}

  /**
   * Runs the calls in {@code file}, a file of a corpus or of a difference, on the model and on the
   * kernel, and tells them with the results of today.
   *
   * @throws HostException if this host permits no puppets
   * @throws IOException if the file cannot be read, or the puppet died
   */
  public static Finding of(final Path file) throws IOException, InterruptedException {
    final Order order = Corpus.readFile(file);
    final FutureTask<Finding> task =
        new FutureTask<>(() -> {
          try (Lockstep lockstep = new ModelLoader(null).engine()) {
            return lockstep.tell(order);
          }
        });
    Thread.ofPlatform().start(task);
    try {
      return task.get();
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IllegalStateException("the sequence cannot be run", e.getCause());
    }
  }
}
