// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The layout of this very process. */
class ProcessLayoutTest {
  private static final int SELF = (int) ProcessHandle.current().pid();

  @Test
  void partsStandWhereTheMapShowsThem() throws IOException {
    final ProcessLayout layout = ProcessLayout.read(SELF);
    assertThat(layout).isNotNull();
    final String maps = new String(ProcessInfo.maps(SELF, true), StandardCharsets.ISO_8859_1);
    assertThat(nameAt(maps, layout.startStack())).isEqualTo("[stack]");
    assertThat(nameAt(maps, layout.argStart())).isEqualTo("[stack]");
    assertThat(nameAt(maps, layout.startCode())).endsWith("/java");
    assertThat(layout.endCode()).isGreaterThan(layout.startCode());
    assertThat(layout.comment(SELF))
        .startsWith("# vmarea layout " + SELF + " start_code=0x")
        .contains(" start_brk=0x" + Long.toHexString(layout.startBrk()) + " brk=0x")
        .contains(" rlimit_stack=" + layout.limitStack() + " rlimit_as=")
        .matches(".* caps=0x[0-9a-f]+ personality=0x[0-9a-f]+");
  }

  @Test
  void limitsAreSoftAndUnlimitedIsMinusOne() {
    final String limits =
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max stack size            8388608              unlimited            bytes
        Max address space         unlimited            unlimited            bytes
        """;
    assertThat(ProcessLayout.limit(limits, "Max stack size")).isEqualTo(8388608);
    assertThat(ProcessLayout.limit(limits, "Max address space")).isEqualTo(-1);
    assertThat(ProcessLayout.limit(limits, "Max data size")).isEqualTo(-1);
  }

  @Test
  void processesThatAreGoneAreToldApart() {
    assertThat(ProcessLayout.read(Integer.MAX_VALUE)).isNull();
    assertThat(ProcessInfo.readOrNull(Integer.MAX_VALUE, "maps")).isNull();
    assertThatThrownBy(() -> ProcessInfo.maps(Integer.MAX_VALUE, false))
        .isInstanceOf(IOException.class);
  }

  @Test
  void mapsAreReadWhileThreadsRun() throws IOException {
    assertThat(new String(ProcessInfo.maps(SELF, false), StandardCharsets.ISO_8859_1))
        .contains("[stack]")
        .endsWith("\n");
    assertThat(new String(ProcessInfo.smaps(SELF), StandardCharsets.ISO_8859_1))
        .contains("VmFlags:");
    assertThat(ProcessInfo.auxiliaryVector(SELF).length % 16).isZero();
  }

  private static String nameAt(final String maps, final long address) {
    return maps.lines()
        .filter(line -> {
          final int dash = line.indexOf('-');
          return Long.parseUnsignedLong(line, 0, dash, 16) <= address
              && address < Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
        })
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElse("nothing");
  }
}
