// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.Vma;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The kernel's own unit tests of VMAs and more of their kind, as a table: one row, one fact. */
class VmaUnitTest {
  @TestFactory
  List<DynamicTest> rows() throws IOException {
    try (InputStream in = VmaUnitTest.class.getResourceAsStream("/scenarios/vma.txt")) {
      assertThat(in).isNotNull();
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split("\\|", -1))
          .map(row -> DynamicTest.dynamicTest(row[0].strip(), () -> check(row)))
          .toList();
    }
  }

  private static void check(String[] row) throws ErrnoException {
    Mm mm = new Mm(new Kernel(KernelConfig.standard(), Profile.LINUX_6_18), new ProgramLayout());
    VmaNotation notation = new VmaNotation();
    for (String vma : row[1].split(",", -1)) {
      mm.editor().insert(notation.parse(vma));
    }
    run(mm, notation, row[2].strip().split("\\s+", -1));
    assertThat(notation.describe(mm)).isEqualTo(notation.normalized(row[3]));
    int count = 0;
    for (Vma vma : mm.tree()) {
      assertThat(vma.handle().current()).as("published version").isSameAs(vma);
      count++;
    }
    assertThat(mm.mapCount()).isEqualTo(count);
    assertThat(notation.handles())
        .allSatisfy(handle -> {
          Vma current = handle.current();
          assertThat(current == null || mm.tree().lookup(current.start()) == current)
              .as("the handle of a deleted VMA holds none")
              .isTrue();
        });
  }

  private static void run(Mm mm, VmaNotation notation, String[] words) throws ErrnoException {
    if (words[0].equals("modify")) {
      Vma vma = notation.current(words[1]);
      String flags = String.join(" ", Arrays.asList(words).subList(3, words.length));
      Vma wanted = notation.parse("y " + words[2] + " " + flags);
      Vma result =
          mm.editor().modify(vma, wanted.start(), wanted.end(), wanted.flags(), vma.extras());
      assertThat(result.start()).as("result covers the range").isLessThanOrEqualTo(wanted.start());
      assertThat(result.end()).isGreaterThanOrEqualTo(wanted.end());
      assertThat(mm.tree().lookup(wanted.start())).isSameAs(result);
      return;
    }
    Vma vma =
        notation.parse("D " + String.join(" ", Arrays.asList(words).subList(1, words.length)));
    Vma merged = mm.editor().mergeNew(Proposal.of(vma), words[0].equals("brk"));
    if (merged == null) {
      mm.editor().insert(vma);
    } else {
      assertThat(mm.tree().lookup(vma.start())).isSameAs(merged);
    }
  }
}
