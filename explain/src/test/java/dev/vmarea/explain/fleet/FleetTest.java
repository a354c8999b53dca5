// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetTest {
  @TempDir private Path directory;

  private void write(String name, int areas) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < areas; i++) {
      long start = 0x7f0000000000L + 0x2000L * i;
      text.append(
          String.format("%x-%x rw-p 00000000 00:00 0 %n", start, start + 0x1000).replace("\r", ""));
    }
    Files.writeString(directory.resolve(name), text, StandardCharsets.ISO_8859_1);
  }

  @Test
  void shouldExplainAllInOrder() throws IOException {
    for (int i = 0; i < 40; i++) {
      write(String.format("%02d.maps", i), 1 + i);
    }
    Files.writeString(directory.resolve("bad, \"file\""), "hello\n");
    List<FleetRow> rows = new ArrayList<>();
    Fleet.run(Fleet.files(List.of(directory)), null, () -> false, rows::add);
    assertThat(rows).hasSize(41);
    for (int i = 0; i < 40; i++) {
      assertThat(rows.get(i).vmas()).isEqualTo(1 + i);
      assertThat(rows.get(i).source()).endsWith(String.format("%02d.maps", i));
    }
    FleetRow bad = rows.get(40);
    assertThat(bad.isReadable()).isFalse();
    assertThat(FleetText.csv(bad)).contains("\"\"file\"\"\"").contains("an area expected");
    assertThat(FleetText.csv(rows.get(39)).split(",", -1))
        .hasSize(FleetText.CSV_HEAD.split(",").length);
    assertThat(FleetText.json(rows.get(39)))
        .contains("\"vmas\":40", "{\"id\":\"hole\",\"boundaries\":39}");
  }

  @Test
  void shouldKeepTheWorst() throws IOException {
    for (int i = 0; i < 20; i++) {
      write(i + ".maps", 1 + i * 7 % 20);
    }
    FleetSummary summary = new FleetSummary(3);
    Fleet.run(Fleet.files(List.of(directory)), null, () -> false, summary::add);
    assertThat(summary.worst()).extracting(FleetRow::vmas).containsExactly(20, 19, 18);
    assertThat(summary.readable()).isEqualTo(20);
    assertThat(summary.vmas()).isEqualTo(210);
    assertThat(summary.causes().getFirst()).isEqualTo(new FleetRow.Share("hole", 190));
  }

  @Test
  void shouldEndEarly() throws IOException {
    write("1.maps", 1);
    List<FleetRow> rows = new ArrayList<>();
    Fleet.run(Fleet.files(List.of(directory)), null, () -> true, rows::add);
    assertThat(rows).isEmpty();
  }
}
