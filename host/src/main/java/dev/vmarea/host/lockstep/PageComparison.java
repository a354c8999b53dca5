// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.PageProtection;
import dev.vmarea.host.puppet.PuppetImage;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares the counters of pages that smaps has of each area. */
final class PageComparison {
  private static final SmapsCounter[] COUNTERS = SmapsCounter.values();

  private final Map<Exclusion, Integer> exclusions;
  private boolean unknown;

  PageComparison(final Map<Exclusion, Integer> exclusions) {
    this.exclusions = exclusions;
  }

  /** MADV_COLLAPSE has made a huge page, which is cut up and fills up again as it likes. */
  void unknown() {
    unknown = true;
  }

  /** The first area whose counters differ, in a few lines, or null. */
  @Nullable String difference(final AddressSpace model, final KernelMap kernel) {
    if (unknown) {
      exclusions.merge(Exclusion.COLLAPSE, 1, Integer::sum);
      return null;
    }
    int area = 0;
    for (final Vma vma : model.vmas()) {
      final MemoryUsage usage = model.usage(vma);
      if (isPuppets(vma)) {
        exclusions.merge(Exclusion.OWN_PAGES, 1, Integer::sum);
        area++;
        continue;
      }
      for (final SmapsCounter counter : COUNTERS) {
        final long expected = kernel.counter(area, counter);
        if (counter.kilobytes(usage) != expected) {
          final Exclusion excuse =
              counter == SmapsCounter.REFERENCED && mayBeReferenced(model, vma, expected)
                  ? Exclusion.REFERENCED
                  : excuse(vma, counter, expected, usage);
          if (excuse == null) {
            return text(vma, kernel, area, usage);
          }
          exclusions.merge(excuse, 1, Integer::sum);
        }
      }
      area++;
    }
    return null;
  }

  /**
   * A page keeps a mark when an entry that used it goes, or when a call looks it up. The second
   * mark takes the first away, and so on, in batches of each processor. And who looks for idle
   * memory (DAMON) takes the mark of another process's entry and gives it to the page, where it
   * counts for all.
   */
  private static boolean mayBeReferenced(
      final AddressSpace model, final Vma vma, final long kilobytes) {
    final PageTables tables = model.pageTables();
    if (tables == null) {
      return false;
    }
    final PhysicalMemory memory = model.machine().kernel().memory();
    final int[] pages = new int[2]; // used through this entry, and those that may have a mark
    tables.walk(
        vma.start(),
        vma.end(),
        (address, level, entry) -> {
          final KernelPage page = memory.page(tables.format().pfn(level, entry));
          if (page == null || EntryFormat.isSpecial(entry)) {
            return;
          }
          if ((entry & PageProtection.ACCESSED) != 0) {
            pages[0]++;
          } else if (page.is(KernelPage.Mark.REFERENCED)
              || page.is(KernelPage.Mark.ACTIVE)
              || page.mapCount() > 1) {
            pages[1]++;
          }
        });
    return kilobytes >= 4L * pages[0] && kilobytes <= 4L * (pages[0] + pages[1]);
  }

  private static @Nullable Exclusion excuse(
      final Vma vma, final SmapsCounter counter, final long kernel, final MemoryUsage usage) {
    final OpenFile file = vma.isAnonymous() ? null : vma.file();
    return switch (counter) {
      case LAZY_FREE -> kernel <= counter.kilobytes(usage) ? Exclusion.LAZY_FREE : null;
      case ANONYMOUS,
          KSM,
          ANON_HUGE_PAGES,
          SHMEM_PMD_MAPPED,
          FILE_PMD_MAPPED,
          SHARED_HUGETLB,
          PRIVATE_HUGETLB,
          SWAP,
          SWAP_PSS ->
          null;
      // Fewer than the model's: a fault does not map a neighbour that is marked for read-ahead.
      case RSS ->
          isOnDisk(file) && kernel >= usage.anonymous() >>> 10 ? Exclusion.READ_AHEAD : null;
      default -> isOnDisk(file) ? Exclusion.READ_AHEAD : null;
    };
  }

  /** What the puppet was started with and touches by itself. */
  private static boolean isPuppets(final Vma vma) {
    final OpenFile file = vma.file();
    return file == null
        ? vma.ops() != null
        : vma.start() >= PuppetImage.BASE && vma.end() <= PuppetImage.BASE + PuppetImage.BYTES;
  }

  private static boolean isOnDisk(final @Nullable OpenFile file) {
    return file != null
        && file.inode().type() == Inode.Type.REGULAR
        && file.inode().fileSystem().writesBack();
  }

  private static String text(
      final Vma vma, final KernelMap kernel, final int area, final MemoryUsage usage) {
    final StringBuilder text = new StringBuilder(256);
    text.append("smaps of ")
        .append(Long.toHexString(vma.start()))
        .append('-')
        .append(Long.toHexString(vma.end()));
    for (final SmapsCounter counter : COUNTERS) {
      final long expected = kernel.counter(area, counter);
      final long actual = counter.kilobytes(usage);
      if (expected != actual) {
        text.append('\n')
            .append(counter.label())
            .append(": kernel ")
            .append(expected)
            .append(" kB, model ")
            .append(actual)
            .append(" kB");
      }
    }
    return text.toString();
  }
}
