// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.host.puppet.PuppetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A process that measures one thing. It is told what by its arguments, performs a round for each
 * line it reads, and answers with lines {@code key TAB value} and an empty one, or with {@code !}
 * and what went wrong. It ends with its input. The first answer, {@code ready} or the reason why
 * not, comes before any round.
 */
public final class Worker {
  static final String READY = "ready";
  static final String FAILED = "!";

  private Worker() {}

  /** The arguments are those that {@link WorkerProcess} passes. */
  public static void main(String[] args) throws Exception {
    Task task;
    try {
      task = task(args);
    } catch (IllegalStateException cannot) {
      System.out.println(cannot.getMessage());
      return;
    }
    System.out.println(READY);
    serve(task);
  }

  private static void serve(Task task) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (in.readLine() != null) {
      Map<String, Double> results;
      try {
        results = task.round();
      } catch (IllegalStateException failed) {
        System.out.println(FAILED + failed.getMessage());
        return;
      }
      StringBuilder answer = new StringBuilder();
      for (Map.Entry<String, Double> result : results.entrySet()) {
        answer.append(result.getKey()).append('\t').append(result.getValue()).append('\n');
      }
      System.out.println(answer);
    }
  }

  private static Task task(String[] args) throws IOException {
    return switch (args[0]) {
      case "operations" -> operations(args[1], args);
      case "heap" ->
          new HeapTask(
              args[1].equals("model") ? ModelSubject::new : TreeMapSubject::new, number(args[2]));
      case "maps" ->
          args[1].equals("model")
              ? MapsTask.ofModel(number(args[2]))
              : MapsTask.ofHost(number(args[2]));
      case "remap" -> remap();
      case "threads" -> new ThreadsTask(number(args[1]), number(args[2]));
      case "memory" -> new MemoryTask();
      case "faults" ->
          args[1].equals("model") ? new FaultTask() : new HostFaultTask(new HostMemory());
      case "fork" -> args[1].equals("model") ? new ForkTask() : hostFork();
      case "mapping" ->
          new MappingTask(args[1].equals("model") ? new ModelMemory() : new HostMemory());
      case "import" -> new ImportTask(Path.of(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    };
  }

  private static Task hostFork() {
    try {
      return new HostForkTask();
    } catch (PuppetException refused) {
      throw new IllegalStateException(refused.getMessage(), refused);
    }
  }

  private static Task remap() {
    try {
      return new RemapTask();
    } catch (ErrnoException refused) {
      throw new IllegalStateException("the model answers " + refused.errno(), refused);
    }
  }

  private static Task operations(String who, String[] args) throws IOException {
    Arena arena = new Arena(number(args[2]), number(args[3]));
    Subject subject =
        switch (who) {
          case "model" -> new ModelSubject();
          case "tree" -> new TreeSubject();
          case "treemap" -> new TreeMapSubject();
          case "host" -> new HostSubject(arena);
          default -> throw new IllegalArgumentException(who);
        };
    return new OperationsTask(subject, arena, number(args[4]));
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }
}
