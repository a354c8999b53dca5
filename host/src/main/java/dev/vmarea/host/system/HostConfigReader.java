// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@link HostConfig}. Two things that no file tells are asked by mapping one page in this
 * process and unmapping it again.
 */
final class HostConfigReader {
  private static final String VM = "/proc/sys/vm/";
  private static final String THP = "/sys/kernel/mm/transparent_hugepage/";
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/hugepages");
  private static final int USUAL_GUARD_PAGES = 256;
  private static final int USUAL_MAX_MAP_COUNT = 65530;
  private static final int USUAL_MIN_ADDR = 65536;
  private static final int USUAL_OVERCOMMIT_RATIO = 50;
  private static final int TASK_BITS_5_LEVEL = 56;
  private static final long MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
  private static final long PR_SET_VMA = 0x53564d61;
  private static final long KILOBYTE = 1024;

  private final long pageSize = HostPages.size();
  private final String memory = ProcText.read("/proc/meminfo");
  private final String ownSmaps = ProcText.read("/proc/self/smaps");

  HostConfig read() {
    final String machine = ProcText.read("/proc/sys/kernel/arch");
    final boolean fiveLevel = cpuFlag("la57");
    final String shmem = chosen(ProcText.read(THP + "shmem_enabled"));
    final KernelConfig kernel =
        new KernelConfig(
            taskSize(fiveLevel),
            ProcText.number(VM + "mmap_min_addr").orElse(USUAL_MIN_ADDR),
            lowestAddress(),
            guardPages(),
            (int) ProcText.number(VM + "max_map_count").orElse(USUAL_MAX_MAP_COUNT),
            (int) ProcText.number(VM + "overcommit_memory").orElse(0),
            pages(memoryKilobytes("CommitLimit:")),
            pages(ProcText.number(VM + "admin_reserve_kbytes").orElse(0)),
            pages(ProcText.number(VM + "user_reserve_kbytes").orElse(0)),
            pages(memoryKilobytes("MemTotal:")),
            pages(memoryKilobytes("SwapTotal:")),
            hugePageSizes(),
            memoryKilobytes("Hugepagesize:") * KILOBYTE,
            Files.isDirectory(Path.of("/sys/kernel/mm/ksm")),
            Files.isDirectory(Path.of(THP)),
            !shmem.isEmpty() && !"never".equals(shmem) && !"deny".equals(shmem),
            anonymousNames(),
            ownSmaps.contains("\nProtectionKey:"),
            ownSmaps.lines().anyMatch(l -> l.startsWith("VmFlags:") && l.contains(" sd")),
            Files.exists(Path.of("/proc/swaps")),
            count("/sys/devices/system/node/online"),
            count("/sys/devices/system/cpu/possible"),
            (int) ProcText.number("/proc/sys/kernel/randomize_va_space").orElse(2),
            ProcText.number("/sys/kernel/debug/fault_around_bytes")
                .orElse(KernelConfig.standard().faultAroundBytes()));
    return new HostConfig(
        ProcText.read("/proc/sys/kernel/osrelease"),
        machine.isEmpty() ? machineOfJvm() : machine,
        pageSize,
        kernel,
        chosen(ProcText.read(THP + "enabled")),
        shmem,
        ProcText.number(VM + "overcommit_ratio").orElse(USUAL_OVERCOMMIT_RATIO),
        ProcText.number(VM + "overcommit_kbytes").orElse(0),
        ProcText.number(VM + "legacy_va_layout").orElse(0) != 0,
        ProcText.number(VM + "mmap_rnd_bits").orElse(0),
        fiveLevel,
        ProcText.number(VM + "memfd_noexec").orElse(0));
  }

  private static String machineOfJvm() {
    final String arch = System.getProperty("os.arch", "");
    return "amd64".equals(arch) ? "x86_64" : arch;
  }

  private long pages(final long kilobytes) {
    return kilobytes / (pageSize / KILOBYTE);
  }

  private long memoryKilobytes(final String label) {
    return ProcText.labelled(memory, label).orElse(0);
  }

  /** The word in brackets: {@code always [madvise] never}. */
  static String chosen(final String text) {
    final int open = text.indexOf('[');
    final int close = text.indexOf(']', open + 1);
    return open < 0 || close < 0 ? "" : text.substring(open + 1, close);
  }

  /** How many numbers a list such as {@code 0-3,8} names. */
  static int count(final String path) {
    int count = 0;
    for (final String part : ProcText.read(path).split(",", -1)) {
      try {
        final String[] ends = part.split("-", 2);
        count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
      } catch (final NumberFormatException none) {
        // an empty list
      }
    }
    return Math.max(1, count);
  }

  private static boolean cpuFlag(final String flag) {
    return ProcText.read("/proc/cpuinfo")
        .lines()
        .filter(line -> line.startsWith("flags"))
        .findFirst()
        .map(line -> (line + " ").contains(" " + flag + " "))
        .orElse(false);
  }

  /**
   * On x86-64 fixed by the number of levels; elsewhere the stack tells it, which stands in the
   * upper half below the end.
   */
  private long taskSize(final boolean fiveLevel) {
    if ("x86_64".equals(machineOfJvm())) {
      return fiveLevel ? (1L << TASK_BITS_5_LEVEL) - pageSize : KernelConfig.TASK_SIZE_47;
    }
    return ProcText.read("/proc/self/maps")
        .lines()
        .filter(line -> line.endsWith("[stack]"))
        .findFirst()
        .map(line -> Long.parseUnsignedLong(line, 0, line.indexOf('-'), 16))
        .map(stack -> Long.highestOneBit(stack) << 1)
        .orElse(KernelConfig.TASK_SIZE_47);
  }

  private static int guardPages() {
    for (final String word : ProcText.read("/proc/cmdline").split("\\s+", -1)) {
      if (word.startsWith("stack_guard_gap=")) {
        try {
          return Integer.parseInt(word.substring("stack_guard_gap=".length()));
        } catch (final NumberFormatException ignoredByTheKernelToo) {
          return USUAL_GUARD_PAGES;
        }
      }
    }
    return USUAL_GUARD_PAGES;
  }

  private List<Long> hugePageSizes() {
    final List<Long> sizes = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(HUGE_PAGES, "hugepages-*kB")) {
      for (final Path entry : entries) {
        final String name = entry.getFileName().toString();
        sizes.add(Long.parseLong(name, name.indexOf('-') + 1, name.length() - 2, 10) * KILOBYTE);
      }
    } catch (final IOException notBuiltIn) {
      return List.of();
    }
    return sizes.stream().sorted().toList();
  }

  /**
   * The lowest address a mapping gets without MAP_FIXED: a hint below it is raised to it. The
   * sysctl alone does not tell it, a security module may have a higher one.
   */
  private long lowestAddress() {
    final long sysctl = ProcText.number(VM + "mmap_min_addr").orElse(USUAL_MIN_ADDR);
    final long got = mapPage(pageSize);
    if (got < 0) {
      return sysctl;
    }
    unmapPage(got);
    return got <= Math.max(sysctl, 1 << 20) ? got : Math.max(sysctl, USUAL_MIN_ADDR);
  }

  /** Taking a name away from a page that has none succeeds exactly where names are built in. */
  private boolean anonymousNames() {
    final long page = mapPage(0);
    if (page < 0) {
      return false;
    }
    final long result = NativeCalls.syscall(SystemCall.PRCTL, PR_SET_VMA, 0, page, pageSize, 0, 0);
    unmapPage(page);
    return result == 0;
  }

  private long mapPage(final long hint) {
    return NativeCalls.syscall(
        SystemCall.MMAP, hint, pageSize, 0, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
  }

  private void unmapPage(final long page) {
    NativeCalls.syscall(SystemCall.MUNMAP, page, pageSize, 0, 0, 0, 0);
  }
}
