// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the operations on all subjects, in turns, once for each number of mappings that is asked
 * for.
 */
final class OperationRuns {
  static final String MODEL = "model";
  static final String TREE = "tree";
  static final String TREE_MAP = "treemap";
  static final String HOST = "host";
  static final String KERNEL_CODE = "kernel code";

  static final int SMALL = 1_000;

  /** Below the usual vm.max_map_count. */
  static final int HOST_LIMIT = 60_000;

  static final int MEDIUM = 65_536;
  static final int LARGE = 1_000_000;

  private static final int MOST_SLOTS = 20_000;

  /** So few that all of them split still stay below the usual vm.max_map_count. */
  private static final int HOST_SLOTS = 2_000;

  private final Settings settings;
  private final Peers peers;
  private final Map<Integer, Map<String, Result>> done = new HashMap<>();

  private sealed interface Result {
    record Measured(Samples samples) implements Result {}

    record Not(String reason) implements Result {}
  }

  /** Where a subject's values come from; rounds below 0 are for warming up. */
  @FunctionalInterface
  private interface Source {
    Map<String, Double> round(int round) throws IOException, NotMeasuredException;
  }

  OperationRuns(Settings settings) {
    this.settings = settings;
    this.peers = new Peers(settings.peers());
  }

  /** What was measured of {@code subject} with {@code mappings} mappings. */
  Samples samples(String subject, int mappings) throws NotMeasuredException {
    Map<String, Result> run = done.get(mappings);
    Result result = run == null ? null : run.get(subject);
    return switch (result) {
      case null -> throw new NotMeasuredException("not part of this run");
      case Result.Measured measured -> measured.samples();
      case Result.Not not -> throw new NotMeasuredException(not.reason());
    };
  }

  /** Measures with {@code mappings} mappings, unless that has been done. */
  void prepare(int mappings) throws IOException {
    if (!done.containsKey(mappings)) {
      done.put(mappings, measure(mappings));
    }
  }

  private static List<String> subjects(int mappings) {
    return switch (mappings) {
      case SMALL -> List.of(MODEL, HOST, TREE_MAP, TREE);
      case HOST_LIMIT -> List.of(MODEL, HOST, TREE_MAP);
      default -> List.of(MODEL, TREE_MAP, TREE);
    };
  }

  private Map<String, Result> measure(int mappings) throws IOException {
    settings.progress().accept(String.format(Locale.ROOT, "operations with %,d VMAs", mappings));
    Map<String, Result> results = new LinkedHashMap<>();
    Map<String, Source> sources = new LinkedHashMap<>();
    List<WorkerProcess> workers = new ArrayList<>();
    try {
      for (String subject : subjects(mappings)) {
        try {
          WorkerProcess worker = start(subject, mappings);
          workers.add(worker);
          sources.put(subject, round -> worker.round());
        } catch (NotMeasuredException e) {
          results.put(subject, new Result.Not(e.reason()));
        }
      }
      if (mappings != HOST_LIMIT) {
        // Warms up by itself, and takes longer than a round.
        sources.put(
            KERNEL_CODE,
            round -> round >= 0 && round % 3 == 0 ? peers.kernelCode(mappings) : Map.of());
      }
      for (int round = -settings.warmUps(); round < settings.rounds(); round++) {
        round(round, sources, results);
      }
    } finally {
      workers.forEach(WorkerProcess::close);
    }
    return results;
  }

  private static void round(int round, Map<String, Source> sources, Map<String, Result> results)
      throws IOException {
    for (Map.Entry<String, Source> source : sources.entrySet()) {
      String subject = source.getKey();
      Result known = results.computeIfAbsent(subject, s -> new Result.Measured(new Samples()));
      if (known instanceof Result.Measured measured) {
        try {
          Map<String, Double> values = source.getValue().round(round);
          if (round >= 0) {
            measured.samples().add(values);
          }
        } catch (NotMeasuredException e) {
          results.put(subject, new Result.Not(e.reason()));
        }
      }
    }
  }

  private WorkerProcess start(String subject, int mappings)
      throws IOException, NotMeasuredException {
    int slots = mappings == HOST_LIMIT ? HOST_SLOTS : Math.min(mappings / 16, MOST_SLOTS);
    return new WorkerProcess(
        "operations",
        subject,
        Integer.toString(mappings),
        Integer.toString(slots),
        Integer.toString(settings.repetitions()));
  }
}
