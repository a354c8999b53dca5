// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.Pages;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.HugeTerrain;
import dev.vmarea.testkit.ModelProcesses;
import dev.vmarea.testkit.Terrain;
import dev.vmarea.testkit.Touch;
import dev.vmarea.testkit.Verb;
import dev.vmarea.vma.Vma;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One sequence under way: the same processes in the model and in the kernel. */
final class Twin implements Terrain, AutoCloseable {
  private static final int WINDOW_PAGES = 64;
  private static final int MANY_AREAS = 5000;
  private static final long MOST_RESIDENT = 1 << 16;

  private final ModelProcesses model;
  private final KernelProcesses kernel;
  private final KernelMap map;
  private final Comparison comparison;
  private final Precautions precautions;
  private final Map<Exclusion, Integer> exclusions;
  private final Place place;
  private final RemoteMemory memory;
  private final @Nullable HugePageComparison hugePages;
  private final List<Step> steps = new ArrayList<>();

  /** Where generated calls go. */
  record Place(
      long base,
      long heap,
      int files,
      int segments,
      int removableSegment,
      @Nullable HugeTerrain huge,
      long tooMuch) {}

  /**
   * A call that was made.
   *
   * @param pid the process that made it
   * @param result what the kernel returned
   */
  record Step(Call call, int pid, long result) {}

  Twin(
      final ModelProcesses model,
      final KernelProcesses kernel,
      final KernelMap map,
      final Comparison comparison,
      final Precautions precautions,
      final Map<Exclusion, Integer> exclusions,
      final Place place,
      final RemoteMemory memory,
      final @Nullable HugePageComparison hugePages) {
    this.model = model;
    this.kernel = kernel;
    this.map = map;
    this.comparison = comparison;
    this.precautions = precautions;
    this.exclusions = exclusions;
    this.place = place;
    this.memory = memory;
    this.hugePages = hugePages;
  }

  ModelProcesses model() {
    return model;
  }

  KernelProcesses kernel() {
    return kernel;
  }

  List<Step> steps() {
    return steps;
  }

  /** Whether {@code call} may be made now; counts it if not. */
  boolean permits(final Call call) {
    final Exclusion against = precautions.against(call, model);
    if (against != null) {
      exclude(against);
    }
    return against == null;
  }

  private void exclude(final Exclusion exclusion) {
    exclusions.merge(exclusion, 1, Integer::sum);
  }

  /** What the store in this step stores: each something else. */
  static byte value(final int step) {
    return (byte) (1 + 31 * step);
  }

  /** Makes {@code call} on both sides and compares: what differs, or null. */
  @Nullable String step(final Call call) throws IOException {
    final int pid = kernel.process().puppet().pid();
    final byte value = value(steps.size());
    final long actual = kernel.run(call, value);
    steps.add(new Step(call, pid, actual));
    final long expected = model.run(call, value);
    if (call.verb() == Verb.READ && expected == Touch.UNKNOWN && actual >= 0) {
      exclude(Exclusion.UNKNOWN_CONTENTS);
      return compare();
    }
    if (isCollapse(call) && actual == 0) {
      comparison.pagesUnknown();
    }
    if (expected != actual && !unjudged(call)) {
      return "result: kernel " + text(call, actual) + ", model " + text(call, expected);
    }
    final String signal = Touch.isSignal(actual) ? signalDifference() : null;
    if (signal != null) {
      return signal;
    }
    if (call.verb() == Verb.MINCORE && actual != Errno.EINVAL.negated()) {
      final String wrong = vector(call, pid); // also after ENOMEM: before a hole it was written
      if (wrong != null) {
        return wrong;
      }
    }
    return compare();
  }

  /** Number, code and address of the signal that both have got. */
  private @Nullable String signalDifference() {
    final Ptrace.SignalInfo actual = kernel.process().puppet().fault();
    final ModelProcesses.Signal expected = model.signal();
    if (expected == null // the model only knows what it is
        || expected.number() == actual.signal()
            && expected.code() == actual.code()
            && expected.address() == actual.address()) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "signal: kernel %d, code %d at %x, model %d, code %d at %x",
        actual.signal(),
        actual.code(),
        actual.address(),
        expected.number(),
        expected.code(),
        expected.address());
  }

  /** Compares what mincore wrote; where the model cannot know it, the kernel's byte is taken. */
  private @Nullable String vector(final Call call, final int pid) {
    final long to = call.argument(2);
    final long pages = Math.min(Pages.count(Pages.ceil(call.argument(1))), MOST_RESIDENT);
    final byte[] expected = model.stored(to, (int) pages);
    final byte[] actual = memory.read(pid, to, expected.length);
    for (int i = 0; i < actual.length; i++) {
      if (expected[i] == actual[i]) {
        continue;
      }
      final long page = call.argument(0) + Pages.bytes(i);
      if (Precautions.knowsResidency(model, page)) {
        return String.format(
            Locale.ROOT,
            "mincore of %x: kernel %d, model %d",
            page,
            actual[i] & 0xff,
            expected[i] & 0xff);
      }
      exclude(Exclusion.RESIDENCY);
      model.written(to + i, new byte[] {actual[i]});
    }
    return null;
  }

  private boolean unjudged(final Call call) {
    if (isCollapse(call)) {
      exclude(Exclusion.COLLAPSE);
      return true;
    }
    return false;
  }

  private static boolean isCollapse(final Call call) {
    return call.verb() == Verb.MADVISE && (int) call.argument(2) == Advice.COLLAPSE;
  }

  /** Compares the process whose turn it is. */
  @Nullable String compare() throws IOException {
    if (model.space().mapCount() > MANY_AREAS) {
      exclude(Exclusion.CROWDED_FLAGS);
      kernel.process().readWithoutFlagsInto(map);
    } else {
      kernel.process().readInto(map);
    }
    final String difference = comparison.difference(model.space(), map);
    return difference != null || hugePages == null ? difference : hugePages.difference();
  }

  /** Compares all processes. */
  @Nullable String compareAll() throws IOException {
    for (int i = 0; i < model.count(); i++) {
      kernel.process(i).readInto(map);
      final String difference = comparison.difference(model.space(i), map);
      if (difference != null) {
        return "process " + i + ", at the end: " + difference;
      }
    }
    return null;
  }

  /** The id of the segment that generated calls know by {@code number}. */
  long segmentId(final long number) {
    return kernel.segment(number);
  }

  /** The hard limit that stays when a call sets the soft one. */
  long hardLimit(final int resource) {
    return model.space().task().limits().hard(resource);
  }

  /** A result as people read it. */
  static String text(final Call call, final long result) {
    if (call.verb() == Verb.READ && result >= 0) {
      return "the byte " + result;
    }
    if (call.verb() == Verb.READ || call.verb() == Verb.WRITE) {
      return Touch.text(result);
    }
    if (Errno.isError(result)) {
      for (final Errno errno : Errno.values()) {
        if (errno.negated() == result) {
          return errno.name();
        }
      }
    }
    return result > 9 ? "0x" + Long.toHexString(result) : Long.toString(result);
  }

  @Override
  public Iterable<Vma> vmas() {
    return model.space().vmas();
  }

  @Override
  public long base() {
    return place.base;
  }

  @Override
  public int windowPages() {
    return WINDOW_PAGES;
  }

  @Override
  public long heap() {
    return place.heap;
  }

  @Override
  public int files() {
    return place.files;
  }

  @Override
  public int segments() {
    return place.segments;
  }

  @Override
  public int removableSegment() {
    return place.removableSegment;
  }

  @Override
  public @Nullable HugeTerrain huge() {
    return place.huge;
  }

  @Override
  public long tooMuch() {
    return place.tooMuch;
  }

  @Override
  public void close() {
    kernel.close();
    model.end();
  }
}
