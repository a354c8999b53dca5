// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.vmarea.hugetlb.HugePagePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Sets the number of huge pages of this host, and puts it back; skipped, visibly, where it may not.
 */
class HostHugePagesTest {
  private static final long HUGE = 2L << 20;
  private static final Path WANTED =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
  private static final Path OVERCOMMIT =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_overcommit_hugepages");

  private static HostHugePages take() {
    try {
      return HostHugePages.take(HUGE);
    } catch (final IOException e) {
      return abort("they cannot be had here: " + e.getMessage());
    }
  }

  private static String settings() throws IOException {
    return Files.readString(WANTED) + Files.readString(OVERCOMMIT);
  }

  @Test
  void oneHasThemAndPutsTheNumbersBack() throws IOException {
    final String before = Files.exists(WANTED) ? settings() : "";
    final HostHugePages first = take();
    try (first) {
      final HugePagePool.Counts counts = first.counts();
      assertThat(counts).isEqualTo(first.unused());
      assertThat(counts.free() - counts.reserved()).isEqualTo(HostHugePages.PAGES);
      assertThat(settings()).isEqualTo(counts.total() + "\n" + HostHugePages.OVERCOMMIT + "\n");
      assertThatThrownBy(() -> HostHugePages.take(HUGE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another campaign");
    }
    assertThat(settings()).isEqualTo(before);
    take().close(); // the lock is gone, too
  }

  @Test
  void aSizeThatThereIsNot() {
    assertThatThrownBy(() -> HostHugePages.take(4096))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("hugepages-4kB");
  }
}
