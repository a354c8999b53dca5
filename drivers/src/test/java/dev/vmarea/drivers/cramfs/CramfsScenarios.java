// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.RX;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * Scenarios of cramfs. The byte of page n of a file is n + 1, and 16 more for each layout before
 * its own. The port exists with mixed maps alone, which v2 had and v3 had not.
 */
public final class CramfsScenarios {
  private static final String PLACE = CramfsKind.INSTANCE.usualPath() + "/";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          row(
                  "T52",
                  "writable private: paged, and a page of its own when written to",
                  lab -> {
                    OpenFile file = open(lab, "direct");
                    String mapped = lab.mmap(file, 0, 4, RW, PRIVATE, 0);
                    return String.join(
                        ", ",
                        mapped,
                        kind(lab, 0, 4),
                        lab.load(4096),
                        lab.store(4096, 99),
                        lab.load(4096));
                  })
              .legacy("ok, paged ...., 2, ok, 99")
              .correct("ok, paged ...., 2, ok, 99"),
          row(
                  "T52b",
                  "a hole at the beginning: paged",
                  lab -> {
                    OpenFile file = open(lab, "hole");
                    String mapped = lab.mmap(file, 0, 4, R, PRIVATE, 0);
                    return String.join(", ", mapped, kind(lab, 0, 4), lab.load(0), lab.load(4096));
                  })
              .legacy("ok, paged ...., 0, 34")
              .correct("ok, paged ...., 0, 34"),
          row(
                  "T52c",
                  "the last page is shared with others: one page less is direct",
                  lab -> {
                    OpenFile file = open(lab, "shared");
                    String mapped = lab.mmap(file, 0, 4, R, PRIVATE, 0);
                    String kind = kind(lab, 0, 4);
                    return String.join(
                        ", ",
                        mapped,
                        kind,
                        lab.load(2 << 12),
                        lab.load(3 << 12),
                        lab.load((3 << 12) + 2048),
                        kind(lab, 0, 4));
                  })
              .legacy("ok, mixed ddd., 99, 100, 0, mixed dddp")
              .correct("ok, mixed ddd., 99, 100, 0, mixed dddp"),
          row(
                  "2.16a",
                  "all of it from the ROM",
                  lab -> {
                    OpenFile file = open(lab, "direct");
                    String mapped = lab.mmap(file, 0, 4, RX, PRIVATE, 0);
                    Vma vma = lab.vma(0);
                    PfnRange rom = ((Cramfs) lab.user(PLACE + "direct")).frames();
                    boolean frame =
                        vma != null && vma.pgoff() > rom.start() && vma.pgoff() < rom.end();
                    return String.join(
                        ", ",
                        mapped,
                        kind(lab, 0, 4),
                        lab.load(0),
                        lab.load(3 << 12),
                        frame ? "offset is a frame" : "offset is the file's");
                  })
              .legacy("ok, remapped dddd, 1, 4, offset is a frame")
              .correct("ok, remapped dddd, 1, 4, offset is a frame"),
          row(
                  "2.16b",
                  "shared and read-only keeps its offset; writable is refused",
                  lab -> {
                    OpenFile file = open(lab, "direct");
                    String shared = lab.mmap(file, 0, 2, R, SHARED, 1);
                    Vma vma = lab.vma(0);
                    long pgoff = vma == null ? -1 : vma.pgoff();
                    String write = lab.tryOpen(PLACE + "direct", OpenFile.O_RDWR);
                    return String.join(
                        ", ",
                        shared,
                        kind(lab, 0, 2),
                        "offset " + pgoff,
                        lab.load(0),
                        lab.mprotect(0, 2, RW),
                        write);
                  })
              .legacy("ok, remapped dd, offset 1, 2, -EACCES, -EROFS")
              .correct("ok, remapped dd, offset 1, 2, -EACCES, -EROFS"),
          row(
                  "2.16c",
                  "what bails out is paged, and never fails",
                  lab -> {
                    List<String> results = new ArrayList<>();
                    for (String name : List.of("compressed", "head", "unaligned")) {
                      OpenFile file = open(lab, name);
                      results.add(lab.mmap(file, 0, 4, R, PRIVATE, 0));
                      results.add(kind(lab, 0, 4));
                      results.add(lab.load(4096));
                      lab.munmap(0, 4);
                    }
                    OpenFile file = open(lab, "direct");
                    results.add(lab.mmap(file, 0, 1, R, PRIVATE, 4)); // behind the end
                    results.add(kind(lab, 0, 1));
                    results.add(lab.load(0));
                    return String.join(", ", results);
                  })
              .legacy(
                  "ok, paged ...., 18, ok, paged ...., 50, ok, paged ...., 82, ok, paged ., SIGBUS")
              .correct(
                  "ok, paged ...., 18, ok, paged ...., 50, ok, paged ...., 82, ok, paged ., SIGBUS"),
          row(
                  "2.16d",
                  "direct as far as pages follow each other, and as the file goes",
                  lab -> {
                    OpenFile scattered = open(lab, "scattered");
                    lab.mmap(scattered, 0, 4, R, PRIVATE, 0);
                    OpenFile padded = open(lab, "padded");
                    lab.mmap(padded, 8, 4, R, PRIVATE, 0);
                    lab.mmap(padded, 16, 8, R, PRIVATE, 0);
                    return String.join(
                        ", ",
                        kind(lab, 0, 4),
                        lab.load(2 << 12),
                        kind(lab, 8, 4),
                        lab.load((11 << 12) + 2048),
                        kind(lab, 16, 8),
                        lab.load(20 << 12));
                  })
              .legacy("mixed dd.., 67, remapped dddd, 0, mixed dddd...., SIGBUS")
              .correct("mixed dd.., 67, remapped dddd, 0, mixed dddd...., SIGBUS"),
          // An old hook is not asked where a range merges; the port's flags keep it from merging.
          row(
                  "2.16e",
                  "beside a paged mapping of the same file",
                  lab -> {
                    OpenFile file = open(lab, "head");
                    lab.mmap(file, 0, 1, R, PRIVATE, 0);
                    String mapped = lab.mmap(file, 1, 3, R, PRIVATE, 1);
                    return String.join(", ", mapped, kind(lab, 1, 3), lab.load(4096));
                  })
              .legacy("ok, paged ..., 50")
              .correct("ok, remapped ddd, 50"),
          row(
                  "2.16f",
                  "made writable afterwards: copies, and the ROM stays as it is",
                  lab -> {
                    OpenFile file = open(lab, "direct");
                    lab.mmap(file, 0, 4, R, PRIVATE, 0);
                    String turned = lab.mprotect(0, 2, RW);
                    String stored = lab.store(0, 77);
                    AddressSpace child = lab.fork();
                    lab.munmap(1, 1);
                    lab.exit(child);
                    lab.mmap(file, 8, 1, R, PRIVATE, 0);
                    return String.join(", ", turned, stored, lab.load(0), lab.load(8 << 12));
                  })
              .legacy("ok, ok, 77, 1")
              .correct("ok, ok, 77, 1"));

  private CramfsScenarios() {}

  private static Scenario row(String id, String what, Scenario.Steps steps) {
    return Scenario.of(
        id,
        what,
        CramfsKind.INSTANCE,
        lab -> {
          String results = steps.run(lab);
          lab.control(PLACE, "drop"); // files of an image have their pages for ever
          return results;
        });
  }

  private static OpenFile open(UserLab lab, String name) throws ErrnoException {
    return lab.open(PLACE + name, OpenFile.O_RDONLY);
  }

  /** What kind of mapping it is, and what each page has: d(irect), p(age) or nothing yet. */
  private static String kind(UserLab lab, long page, long pages) {
    Vma vma = lab.vma(page);
    if (vma == null) {
      return "nothing";
    }
    StringBuilder entries = new StringBuilder();
    for (long i = page; i < page + pages; i++) {
      entries.append(entry(lab, i));
    }
    String kind = vma.has(VmFlags.MIXEDMAP) ? "mixed " : "paged ";
    return (vma.has(VmFlags.PFNMAP) ? "remapped " : kind) + entries;
  }

  private static char entry(UserLab lab, long page) {
    PageTables tables = lab.space().pageTables();
    long pfn = tables == null ? -1 : tables.frame(UserLab.at(page));
    if (pfn < 0) {
      return '.';
    }
    return lab.machine().kernel().memory().isRam(pfn) ? 'p' : 'd';
  }
}
