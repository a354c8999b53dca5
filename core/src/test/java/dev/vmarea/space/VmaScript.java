// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Operations on the VMA layer, without the calls above it. Ranges are in pages, attributes those of
 * {@link VmaNotation}; a step ends with {@code = ERRNO} where it must fail. What stays apart of the
 * new ranges is named D, D2, D3 and so on.
 *
 * <ul>
 *   <li>{@code new range attribute...}: merged, or else a VMA of its own; {@code brk range} with
 *       the VMA below only
 *   <li>{@code copy name range}: what mremap puts at its destination
 *   <li>{@code extend name range}: what mremap puts behind a VMA that grows in place
 *   <li>{@code modify name range flag...}
 *   <li>{@code expand name range}: over free room, or over all of the next VMA, which then is a
 *       part that takes the attributes of the one below
 *   <li>{@code shrink name range}: what is behind is split off and unmapped
 *   <li>{@code set name attribute...}: other attributes, without a rule
 *   <li>{@code fail point}: this point of the next step fails, once
 * </ul>
 */
final class VmaScript {
  private static final Pattern FAILING = Pattern.compile("(.*) = ([A-Z]+)\\s*");

  private final Kernel kernel = new Kernel(KernelConfig.standard(), Profile.LINUX_6_18);
  private final Mm mm = new Mm(kernel, new ProgramLayout());
  private final VmaNotation notation = new VmaNotation();
  private int apart;

  VmaScript(String layout) {
    for (String vma : layout.isBlank() ? new String[0] : layout.split(",", -1)) {
      mm.editor().insert(notation.parse(vma));
    }
  }

  /** Runs a step and checks what holds after each. */
  void run(String step) {
    Matcher failing = FAILING.matcher(step);
    boolean fails = failing.matches();
    String words = fails ? failing.group(1) : step;
    String expected = fails ? failing.group(2) : "";
    Map<VmaHandle, Vma> before = new HashMap<>();
    Map<VmaHandle, String> described = new HashMap<>();
    for (Vma vma : mm.tree()) {
      before.put(vma.handle(), vma);
      described.put(vma.handle(), notation.describe(vma));
    }
    String error = "";
    try {
      apply(List.of(words.strip().split("\\s+", -1)));
    } catch (ErrnoException failed) {
      error = failed.errno().name();
    }
    assertThat(error).as(step).isEqualTo(expected);
    int count = 0;
    for (Vma vma : mm.tree()) {
      count++;
      assertThat(vma.handle().current()).as("published version").isSameAs(vma);
      if (notation.describe(vma).equals(described.get(vma.handle()))) {
        assertThat(vma).as("not touched by " + step).isSameAs(before.get(vma.handle()));
      }
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

  /** The layout now, to be compared with that of a row. */
  String layout() {
    return notation.describe(mm);
  }

  /** A row's layout in the spelling of {@link #layout()}. */
  String normalized(String layout) {
    return layout.isBlank() ? "" : notation.normalized(layout);
  }

  private void apply(List<String> words) throws ErrnoException {
    switch (words.getFirst()) {
      case "new" -> place(Proposal.of(notation.parse(range(words, 1))), false);
      case "brk" -> place(Proposal.of(notation.parse(range(words, 1))), true);
      case "copy" -> copy(notation.current(words.get(1)), notation.parse(range(words, 2)));
      case "extend" -> extend(notation.current(words.get(1)), notation.parse(range(words, 2)));
      case "modify" -> modify(notation.current(words.get(1)), notation.parse(range(words, 2)));
      case "expand" -> expand(notation.current(words.get(1)), notation.parse(range(words, 2)));
      case "shrink" -> shrink(notation.current(words.get(1)), notation.parse(range(words, 2)));
      case "set" -> set(notation.current(words.get(1)), words.subList(2, words.size()));
      case "fail" -> kernel.failures(FailurePlan.nth(point(words.get(1)), 1));
      default -> throw new AssertionError("no operation: " + words);
    }
  }

  private static String range(List<String> words, int from) {
    return "y " + String.join(" ", words.subList(from, words.size()));
  }

  private static FailurePlan.Point point(String name) {
    return FailurePlan.Point.valueOf(name);
  }

  private void place(Proposal proposal, boolean onlyPrevious) throws ErrnoException {
    Vma merged = mm.editor().mergeNew(proposal, onlyPrevious);
    if (merged == null) {
      insert(proposal, null);
    } else {
      assertThat(mm.tree().lookup(proposal.start())).isSameAs(merged);
    }
  }

  private void insert(Proposal wanted, @Nullable Vma source) throws ErrnoException {
    Vma vma =
        mm.editor()
            .allocate(
                wanted.start(),
                wanted.end(),
                wanted.pgoff(),
                wanted.flags(),
                wanted.file(),
                wanted.anon(),
                source == null ? null : source.ops(),
                wanted.extras());
    VmaLifecycle.copied(mm, vma);
    mm.editor().insert(vma);
    apart++;
    notation.name(apart == 1 ? "D" : "D" + apart, vma);
  }

  /** As mremap does: what was never written gets the page offset of its new place. */
  private void copy(Vma vma, Vma to) throws ErrnoException {
    boolean unfaulted = vma.isAnonymous() && vma.anon() == null;
    Proposal wanted =
        new Proposal(
            to.start(),
            to.end(),
            unfaulted ? Pages.count(to.start()) : vma.pgoff(),
            vma.flags(),
            vma.file(),
            vma.anon(),
            vma.extras());
    Vma merged = mm.editor().mergeNew(wanted, false);
    if (merged == null) {
      insert(wanted, vma);
    } else {
      assertThat(mm.tree().lookup(wanted.start())).isSameAs(merged);
    }
  }

  private void extend(Vma vma, Vma by) throws ErrnoException {
    Proposal wanted =
        new Proposal(
            by.start(),
            by.end(),
            vma.pgoffAt(by.start()),
            vma.flags(),
            vma.file(),
            vma.anon(),
            vma.extras());
    Vma merged = mm.editor().mergeNew(wanted, false);
    assertThat(merged == null ? null : merged.handle()).as("it grew").isSameAs(vma.handle());
  }

  private void modify(Vma vma, Vma wanted) throws ErrnoException {
    Vma result =
        mm.editor().modify(vma, wanted.start(), wanted.end(), wanted.flags(), vma.extras());
    assertThat(result.start()).as("result covers the range").isLessThanOrEqualTo(wanted.start());
    assertThat(result.end()).isGreaterThanOrEqualTo(wanted.end());
    assertThat(mm.tree().lookup(wanted.start())).isSameAs(result);
  }

  private void expand(Vma vma, Vma to) throws ErrnoException {
    Vma next = mm.tree().overlap(vma.end(), to.end());
    if (next == null) {
      mm.editor().extend(vma, vma.withRange(to.start(), to.end(), vma.pgoff()));
    } else {
      mm.editor().modify(next, next.start(), to.end(), vma.flags(), next.extras());
    }
  }

  private void shrink(Vma vma, Vma to) throws ErrnoException {
    assertThat(to.start()).as("only its end is cut off").isEqualTo(vma.start());
    mm.editor().split(vma, to.end(), false, false);
    Vma rest = mm.tree().lookup(to.end());
    UnmapSet.gather(mm, rest, rest.start(), rest.end()).unmap();
  }

  private void set(Vma vma, List<String> attributes) {
    String range = Pages.count(vma.start()) + "-" + Pages.count(vma.end());
    String offset = "@" + vma.pgoff();
    String text = "y " + range + " " + offset + " " + String.join(" ", attributes);
    Vma like = notation.parse(text);
    mm.editor()
        .replace(
            vma,
            new Vma(
                vma.start(),
                vma.end(),
                vma.pgoff(),
                like.flags(),
                vma.handle(),
                vma.file(),
                like.anon(),
                like.ops(),
                like.extras()));
  }
}
