// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;

/** Rounds of tasks in worker processes. */
final class TaskRuns {
  private final Settings settings;

  TaskRuns(Settings settings) {
    this.settings = settings;
  }

  /**
   * What rounds of two tasks measured, in turns.
   *
   * @param reason why the peer has no values; empty if it has
   */
  record Pair(Samples ours, Samples peer, String reason) {
    /** Our median. */
    RowList.Value our(String key) {
      return () -> ours.median(key);
    }

    /** The peer's. */
    RowList.Value peer(String key) {
      return () -> {
        if (!reason.isEmpty()) {
          throw new NotMeasuredException(reason);
        }
        return peer.median(key);
      };
    }
  }

  /** Rounds of one task, after one to warm up. */
  Samples alone(String... task) throws IOException {
    Samples samples = new Samples();
    try (WorkerProcess worker = new WorkerProcess(task)) {
      worker.round();
      for (int round = 0; round < settings.rounds(); round++) {
        samples.add(worker.round());
      }
    } catch (NotMeasuredException e) {
      throw failed(e);
    }
    return samples;
  }

  /** Rounds of our task and of one to compare it with, which may not be possible here. */
  Pair pair(int warmUps, int rounds, String[] ourTask, String[] peerTask) throws IOException {
    Samples ours = new Samples();
    Samples peer = new Samples();
    String reason = "";
    WorkerProcess other = null;
    try (WorkerProcess our = new WorkerProcess(ourTask)) {
      try {
        other = new WorkerProcess(peerTask);
      } catch (NotMeasuredException e) {
        reason = e.reason();
      }
      for (int round = -warmUps; round < rounds; round++) {
        add(round, our, ours);
        if (other != null && reason.isEmpty()) {
          try {
            add(round, other, peer);
          } catch (NotMeasuredException e) {
            reason = e.reason();
          }
        }
      }
    } catch (NotMeasuredException e) {
      throw failed(e);
    } finally {
      if (other != null) {
        other.close();
      }
    }
    return new Pair(ours, peer, reason);
  }

  private static void add(int round, WorkerProcess worker, Samples samples)
      throws IOException, NotMeasuredException {
    if (round < 0) {
      worker.round();
    } else {
      samples.add(worker.round());
    }
  }

  private static IOException failed(NotMeasuredException e) {
    return new IOException("a measuring process failed: " + e.reason(), e);
  }
}
