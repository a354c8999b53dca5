// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to measure.
 *
 * @param quick fewer and shorter rounds: a look, not a measurement
 * @param peers folder with the programs {@code vmabench} and {@code logscan}, or null
 * @param launcher the {@code vmarea} script, or null if it is not known
 * @param progress is told what is being measured
 */
public record Settings(
    boolean quick, @Nullable Path peers, @Nullable Path launcher, Consumer<String> progress) {

  int warmUps() {
    return quick ? 3 : 5;
  }

  int rounds() {
    return quick ? 3 : 9;
  }

  /** Repetitions of an operation in a round. */
  int repetitions() {
    return quick ? 20_000 : 40_000;
  }
}
