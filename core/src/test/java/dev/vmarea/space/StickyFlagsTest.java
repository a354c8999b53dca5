// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sticky flags in every combination, as the kernel's own tests run theirs: whichever participants
 * of a merge carry one, what is merged where does not change, and a VMA carries it afterwards
 * exactly if some memory in it did before.
 */
class StickyFlagsTest {
  private static final long P = 4096;

  private record Part(long start, long end, boolean sticky) {
    boolean overlaps(Vma vma) {
      return start * P < vma.end() && vma.start() < end * P;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A 0-2, B 3-4, C 11-12               | y 7-9   | 0-2 3-4 7-9 11-12
          A 0-2 close, B 3-4 a1, C 11-12      | y 2-3   | 0-4 11-12
          A 0-4 close a1, B 7-9, C 11-12      | y 4-5   | 0-5 7-9 11-12
          A 0-5 close, B 7-9 close, C 11-12   | y 6-7   | 0-5 6-9 11-12
          A 0-5 close a1, B 6-9 a1, C 11-12   | y 5-6   | 0-9 11-12
          A 0-9 close a1, B 11-12 a1, C 20-21 | y 10-11 | 0-9 10-12 20-21
          A 0-9 close a1, B 10-12 a1, C 20-21 | y 9-10  | 0-12 20-21
          A 0-2, B 4-6 close, C 6-8 dd        | y 2-4   | 0-4 4-6 6-8
          """)
  void ofANewRange(String layout, String proposal, String expected) throws ErrnoException {
    for (int carriers = 0; carriers < 16; carriers++) {
      VmaNotation notation = new VmaNotation();
      List<Part> parts = new ArrayList<>();
      Mm mm = space(notation, layout, carriers, parts);
      Vma range = notation.parse(withSticky(proposal, (carriers & 8) != 0));
      parts.add(part(range));
      Vma merged = mm.editor().mergeNew(Proposal.of(range), false);
      if (merged == null) {
        mm.editor().insert(range);
      }
      check(mm, parts, expected, carriers);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          P 0-3, V 3-5 dd, N 5-8       | 3-5 | 0-8
          P 0-3, V 3-7 dd, N 7-9       | 3-5 | 0-5 5-7 7-9
          P 0-3, V 3-7 dd, N 7-9       | 5-7 | 0-3 3-5 5-9
          P 0-3, V 3-7 dd, N 7-9       | 4-6 | 0-3 3-4 4-6 6-7 7-9
          P 0-3, V 3-5 dd, N 5-8 close | 3-5 | 0-5 5-8
          P 0-3, V 3-5 dd, N 6-8       | 3-5 | 0-5 6-8
          P 0-2, V 3-5 dd, N 5-8       | 3-5 | 0-2 3-8
          P 0-3, V 3-5 dd close, N 5-8 | 3-5 | 0-3 3-5 5-8
          """)
  void ofAChangedRange(String layout, String range, String expected) throws ErrnoException {
    for (int carriers = 0; carriers < 8; carriers++) {
      VmaNotation notation = new VmaNotation();
      List<Part> parts = new ArrayList<>();
      Mm mm = space(notation, layout, carriers, parts);
      Vma vma = notation.current("V");
      Vma wanted = notation.parse("y " + range);
      long flags = vma.flags() & ~VmFlags.DONTDUMP;
      mm.editor().modify(vma, wanted.start(), wanted.end(), flags, vma.extras());
      check(mm, parts, expected, carriers);
    }
  }

  /** The VMAs of the layout, the Nth with the flag if bit N of {@code carriers} is set. */
  private static Mm space(VmaNotation notation, String layout, int carriers, List<Part> parts) {
    Mm mm = new Mm(new Kernel(KernelConfig.standard(), Profile.LINUX_6_18), new ProgramLayout());
    String[] vmas = layout.split(",", -1);
    IntStream.range(0, vmas.length)
        .mapToObj(i -> notation.parse(withSticky(vmas[i], (carriers >> i & 1) != 0)))
        .forEach(vma -> {
          parts.add(part(vma));
          mm.editor().insert(vma);
        });
    return mm;
  }

  private static String withSticky(String vma, boolean sticky) {
    return sticky ? vma + " gu" : vma;
  }

  private static Part part(Vma vma) {
    return new Part(vma.start() / P, vma.end() / P, vma.has(VmFlags.MAYBE_GUARD));
  }

  private static void check(Mm mm, List<Part> parts, String expected, int carriers) {
    List<String> ranges = new ArrayList<>();
    for (Vma vma : mm.tree()) {
      ranges.add(vma.start() / P + "-" + vma.end() / P);
      boolean carried = parts.stream().anyMatch(part -> part.sticky() && part.overlaps(vma));
      assertThat(vma.has(VmFlags.MAYBE_GUARD))
          .as("sticky flag of %s, carriers %s", vma, parts)
          .isEqualTo(carried);
    }
    assertThat(ranges.stream())
        .as("carriers " + carriers)
        .containsExactlyElementsOf(Stream.of(expected.split(" ", -1)).toList());
  }
}
