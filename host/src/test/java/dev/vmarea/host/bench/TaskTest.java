// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every task measures something, in plausible bounds. */
class TaskTest {
  private static final int MAPPINGS = 320;

  @Test
  void operationsOfTheModel() {
    Task task = new OperationsTask(new ModelSubject(), new Arena(MAPPINGS, 20), 100);
    Map<String, Double> round = round(task);

    for (Operation operation : Operation.values()) {
      if (operation == Operation.EMPTY) {
        assertThat(round).doesNotContainKey(operation.name());
      } else {
        assertThat(round.get(operation.name())).as(operation.name()).isBetween(1.0, 1e9);
      }
    }
  }

  @Test
  void heapOfAMapping() {
    double bytes = round(new HeapTask(ModelSubject::new, 50_000)).getOrDefault(HeapTask.BYTES, 0.0);

    assertThat(bytes).isBetween(60.0, 230.0);
  }

  @Test
  void pageTablesAndHooks() throws Exception {
    Map<String, Double> round = round(new RemapTask());

    assertThat(round.get(RemapTask.FILL)).isBetween(1e3, 1e9);
    assertThat(round.get(RemapTask.HUGE_FAULTS)).isBetween(1e3, 1e9);
    assertThat(round.get(RemapTask.HOOKED)).isBetween(1.0, 1e6);
  }

  @Test
  void aLineOfMaps() {
    assertThat(round(MapsTask.ofModel(MAPPINGS)).get(MapsTask.LINE)).isBetween(1.0, 1e7);
  }

  @Test
  void importOfAGeneratedLog(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");
    ImportTask.generate(log, 100_000);

    assertThat(Files.size(log)).isBetween(100_000L, 200_000L);
    assertThat(round(new ImportTask(log)).get(ImportTask.SPEED)).isBetween(0.001, 1e5);
  }

  @Test
  void threadsThatReadBesideAHeldLock() {
    Map<String, Double> round = round(new ThreadsTask(2_000, 30));

    assertThat(round.get(ThreadsTask.READER_LOCKED)).isGreaterThan(1_000);
    assertThat(round.get(ThreadsTask.WRITER_BESIDE_CPU)).isPositive();
    assertThat(round.get(ThreadsTask.TWO_CORES)).isPositive();
  }

  private static Map<String, Double> round(Task task) {
    try {
      return task.round();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
