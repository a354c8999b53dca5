// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.List;
import java.util.Map;

/**
 * How the pages of a replay that made the recorded faults compare with the kernel's: for each area
 * of each final map {@code Rss}, {@code Anonymous} and {@code VmFlags}. Immutable.
 *
 * @param touches faults made; 0 for a recording without them
 * @param failed faults that found no page in the model
 * @param areas areas compared, those that the model has at the same place
 * @param equalRss areas with the same Rss, of {@code rssKnown}
 * @param rssKnown areas whose Rss the recording tells
 * @param equalAnonymous areas with the same Anonymous
 * @param equalFlags areas with the same VmFlags
 * @param reasons how many areas with another Rss or Anonymous have each {@link Reason}
 * @param differences those areas, at most {@link #MOST_DIFFERENCES}
 */
public record TouchSummary(
    long touches,
    long failed,
    long areas,
    long equalRss,
    long rssKnown,
    long equalAnonymous,
    long equalFlags,
    Map<Reason, Long> reasons,
    List<Difference> differences) {
  /** Differences kept. */
  public static final int MOST_DIFFERENCES = 200;

  /** Copies. */
  public TouchSummary {
    reasons = Map.copyOf(reasons);
    differences = List.copyOf(differences);
  }

  /** Why an area has other pages than the kernel's, as far as the recording lets one say. */
  public enum Reason {
    /** {@code [vdso]} and {@code [vvar]}: the model has no pages of the kernel's own. */
    KERNEL_PAGES("pages of the kernel's own, which the model does not have"),
    /** The same private pages, but other pages of the file beside them. */
    FILE_IN_MEMORY(
        "which pages of a file were in memory, and not marked for read-ahead, at a fault beside them"),
    /** Huge pages come and go as memory allows. */
    HUGE_PAGES("huge pages"),
    /** More private pages in the kernel, and faults were lost. */
    LOST("faults that the recorder lost"),
    /** More private pages in the kernel: a call brought them, without a fault. */
    WITHOUT_FAULT("pages that the kernel brought by itself, without a fault"),
    /** Fewer private pages in the kernel. */
    GONE("pages that are gone in the kernel without a call that the recording shows"),
    /** The recording does not have every fault. */
    NO_FAULTS("the recording has not every fault");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** In words. */
    public String text() {
      return text;
    }
  }

  /**
   * An area that has other pages in the model.
   *
   * @param pid the process
   * @param area its line of maps
   * @param rss kilobytes in the kernel, -1 if the recording does not tell
   * @param modelRss kilobytes in the model
   * @param anonymous kilobytes in the kernel
   * @param modelAnonymous kilobytes in the model
   */
  public record Difference(
      int pid,
      String area,
      long rss,
      long modelRss,
      long anonymous,
      long modelAnonymous,
      Reason reason) {}
}
