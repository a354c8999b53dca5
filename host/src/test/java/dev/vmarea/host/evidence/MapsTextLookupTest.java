// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both ways to find VMAs. */
class MapsTextLookupTest {
  private static final String MAPS =
      """
      00400000-00401000 rw-p 00000000 fe:00 12                                 /bin/a b
      00401000-00402000 r--s 00000000 00:05 3                                  /dev/mem
      7ffd0000-7ffd4000 r--p 00000000 00:00 0                                  [vvar]
      garbage
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
      """;

  @Test
  void linesAreReadAndOthersSkipped() {
    assertThat(MapsTextLookup.parse(MAPS))
        .containsExactly(
            new VmaBounds(0x400000, 0x401000, true, false, true, false),
            new VmaBounds(0x401000, 0x402000, false, true, true, true),
            new VmaBounds(0x7ffd0000L, 0x7ffd4000L, false, false, false, true));
  }

  @Test
  void queryAndTextAgree() {
    final int self = (int) ProcessHandle.current().pid();
    try (Arena arena = Arena.ofConfined();
        MapsTextLookup text = new MapsTextLookup(self)) {
      final ProcmapQuery query =
          ProcmapQuery.open(self, arena.allocate(ProcmapQuery.SCRATCH_BYTES, 8));
      assumeTrue(query != null, "this kernel has no PROCMAP_QUERY");
      // the JVM maps memory meanwhile: the program's own file does not move
      final VmaBounds first = text.atOrAbove(0);
      assertThat(first).isNotNull();
      final List<VmaBounds> both = new ArrayList<>();
      both.add(text.at(first.start()));
      both.add(text.at(first.end() - 1));
      assertThat(both).allMatch(vma -> vma.equals(query.at(vma.start())));
      assertThat(query.at(first.start() - 1)).isNull();
      assertThat(query.atOrAbove(0)).isEqualTo(first);
      assertThat(query.atOrAbove(-4096)).isNull();
      query.close();
    }
  }
}
