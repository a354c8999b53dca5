// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.NodeMask;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.space.Counters;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs one scenario row: calls on pages counted from a base address, then the layout around it.
 *
 * <p>Steps are separated by {@code ;}, each {@code verb arguments [= result]}: a result is an errno
 * name, a decimal number, or {@code @N} for the address of page N; without one the call must
 * succeed. A page is {@code N}, {@code N+B} with bytes; a range {@code A-B}. The verify of the
 * address space runs after every step.
 */
final class Scenario {
  static final long BASE = 0x100000000000L;
  static final long WINDOW_PAGES = 1 << 24;
  static final long HEAP_PAGE = 10000;
  private static final long FILL = 0x200000000000L;
  private static final long ALL_CAPABILITIES = -1L & ~(1L << Task.CAP_SYS_RESOURCE);

  private final Machine machine;
  private AddressSpace space;
  private final ScenarioFiles files;
  private final Map<String, UserfaultContext> userfaults = new HashMap<>();
  private long context;
  private int failuresLeft;

  Scenario() {
    this(KernelConfig.standard());
  }

  Scenario(KernelConfig config) {
    machine = new Machine(config, Profile.LINUX_6_18);
    files = new ScenarioFiles(machine.backing());
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    layout.legacyBase = 0x2aaaaaaab000L;
    layout.startBrk = BASE + HEAP_PAGE * 4096;
    layout.brk = layout.startBrk;
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), ALL_CAPABILITIES));
    machine.segments().add(1, 0x77, 8 * 4096);
    machine.segments().add(2, 0x78, 5 * 4096 + 1);
  }

  AddressSpace space() {
    return space;
  }

  /** Runs all steps; throws an AssertionError that names the step whose result differs. */
  Scenario run(String steps) {
    for (String step : steps.split(";", -1)) {
      if (!step.isBlank()) {
        runStep(step.strip());
      }
    }
    return this;
  }

  private void runStep(String step) {
    int equals = step.lastIndexOf(" = ");
    String call = equals < 0 ? step : step.substring(0, equals);
    String[] words = call.strip().split("\\s+");
    long result = call(words);
    space.verify();
    if (equals < 0) {
      if (Errno.isError(result)) {
        throw new AssertionError(step + ": failed with " + Errno.ofResult(result));
      }
      return;
    }
    String expected = step.substring(equals + 3).strip();
    String actual = describe(result, expected);
    if (!actual.equals(expected)) {
      throw new AssertionError(step + ": result " + actual);
    }
  }

  private static String describe(long result, String expected) {
    Errno errno = Errno.ofResult(result);
    if (errno != null) {
      return errno.name();
    }
    return expected.startsWith("@") ? "@" + (result - BASE) / 4096 : Long.toString(result);
  }

  private long call(String[] w) {
    Syscalls calls = space.syscalls();
    boolean ranged = w.length > 1 && w[1].matches("\\d+([+:-].*)?");
    String range = ranged ? w[1] : "0";
    long start = start(range);
    long length = length(range);
    return switch (w[0]) {
      case "map" -> map(start, length, Arrays.asList(w).subList(2, w.length));
      case "unmap" -> calls.munmap(start, length);
      case "prot" -> calls.mprotect(start, length, prot(w[2]));
      case "write" -> write(start);
      case "madvise" -> calls.madvise(start, length, advice(w[2]));
      case "pmadvise" -> processAdvise(w);
      case "mlock" -> calls.mlock(start, length);
      case "mlock2" -> calls.mlock2(start, length, Integer.parseInt(w[2]));
      case "munlock" -> calls.munlock(start, length);
      case "mlockall" -> calls.mlockall(Integer.parseInt(w[1]));
      case "munlockall" -> calls.munlockall();
      case "mseal" -> calls.mseal(start, length, 0);
      case "msync" -> calls.msync(start, length, Integer.parseInt(w[2]));
      case "mincore" -> calls.mincore(start, length, start(w[2]));
      case "mbind" ->
          calls.mbind(
              start,
              length,
              Integer.decode(w[2]),
              w[3].equals("-") ? NodeMask.none() : NodeMask.of(65, Long.decode(w[3])),
              w.length > 4 ? Integer.parseInt(w[4]) : 0);
      case "homenode" -> calls.setMempolicyHomeNode(start, length, Long.parseLong(w[2]), 0);
      case "name" -> calls.setVmaAnonName(start, length, w[2].equals("-") ? null : w[2]);
      case "remapfile" ->
          calls.remapFilePages(
              start,
              length,
              Integer.parseInt(w[2]),
              Long.decode(w[3]),
              w.length > 4 ? Integer.decode(w[4]) : 0);
      case "shmat" ->
          calls.shmat(Integer.parseInt(w[1]), start(w[2]), w.length > 3 ? Integer.decode(w[3]) : 0);
      case "shmdt" -> calls.shmdt(start);
      case "rmid" -> remove(Integer.parseInt(w[1]));
      case "mremap" ->
          calls.mremap(start, length, length(w[2]), Integer.parseInt(w[3]), start(w[2]));
      case "mdwe" -> calls.prctlSetMdwe(Long.parseLong(w[1]), 0, 0, 0);
      case "ksm" -> calls.prctlSetMemoryMerge(Long.parseLong(w[1]), 0, 0, 0);
      case "personality" -> calls.personality(Long.decode(w[1]));
      case "iosetup" -> ioSetUp(Integer.parseUnsignedInt(w[1]));
      case "iodestroy" -> calls.ioDestroy(w.length > 1 ? start : context);
      case "iomove" -> calls.mremap(context + length(w[1]), 4096, 4096, 3, start(w[2]));
      case "uffd" -> calls.userfaultRegister(userfault(w), start, length, Integer.parseInt(w[2]));
      case "unuffd" -> calls.userfaultUnregister(userfault(w), start, length);
      case "uffdclose" -> closeUserfault();
      case "memlock" -> memlock(Long.parseLong(w[1]));
      case "setlimit" -> setLimit(w[1], Long.parseLong(w[2]));
      case "mapcount" -> fillUp(count(w[1]));
      case "maxmap" -> configure(config().withMaxMapCount(Integer.parseInt(w[1])));
      case "ram" -> configure(config().withMemory(Long.parseLong(w[1]), 0));
      case "fail" -> failOnce(w[1], w.length > 2 ? Integer.parseInt(w[2]) : 1);
      case "brk" -> calls.brk(start);
      case "unprivileged" -> unprivileged();
      case "fork" -> fork();
      default -> throw new IllegalArgumentException("unknown verb " + w[0]);
    };
  }

  private static long start(String range) {
    if (range.equals("null")) {
      return 0;
    }
    String page = range.split("[-:]", -1)[0];
    String[] parts = page.split("\\+", -1);
    long bytes = parts.length > 1 ? Long.decode(parts[1]) : 0;
    return BASE + Long.parseLong(parts[0]) * 4096 + bytes;
  }

  /** A range's length: to its end, or exactly the bytes after {@code :}. */
  private static long length(String range) {
    int colon = range.indexOf(':');
    if (colon >= 0) {
      return Long.decode(range.substring(colon + 1));
    }
    String[] ends = range.split("-", -1);
    return ends.length < 2 ? 4096 : start(ends[1]) - start(ends[0]);
  }

  private static int prot(String letters) {
    int prot = 0;
    for (int i = 0; i < letters.length(); i++) {
      char c = letters.charAt(i);
      prot |= c == 'r' ? 1 : c == 'w' ? 2 : c == 'x' ? 4 : 0;
    }
    return prot;
  }

  private long map(long start, long length, List<String> words) {
    int prot = 3;
    int flags = MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    OpenFile file = null;
    long pgoff = 0;
    for (String word : words) {
      switch (word) {
        case "shared" -> flags = flags & ~MapFlags.PRIVATE | MapFlags.SHARED;
        case "noreserve" -> flags |= MapFlags.NORESERVE;
        case "growsdown" -> flags |= MapFlags.GROWSDOWN;
        case "locked" -> flags |= MapFlags.LOCKED;
        case "populate" -> flags |= MapFlags.POPULATE;
        case "droppable" -> flags = flags & ~MapFlags.PRIVATE | MapFlags.DROPPABLE;
        case "stack" -> flags |= MapFlags.STACK;
        case "validate" -> flags |= MapFlags.SHARED_VALIDATE;
        case "noreplace" -> flags |= MapFlags.FIXED_NOREPLACE;
        case "sync" -> flags |= MapFlags.SYNC;
        default -> {
          if (word.startsWith("@")) {
            pgoff = Long.parseLong(word.substring(1));
          } else if (word.startsWith("file:")) {
            file = files.open(word.substring(5));
            flags &= ~MapFlags.ANONYMOUS;
          } else {
            prot = prot(word);
          }
        }
      }
    }
    return space.syscalls().mmap(start, length, prot, flags, file, pgoff * 4096);
  }

  /** As the kernel's own copying to the address answers: EFAULT, whatever refused the access. */
  private long write(long address) {
    try {
      space.writeFault(address);
      return 0;
    } catch (ErrnoException e) {
      return Errno.EFAULT.negated();
    }
  }

  /** Only the soft limit. */
  private long setLimit(String name, long pages) {
    int resource =
        switch (name) {
          case "data" -> ResourceLimits.RLIMIT_DATA;
          case "stack" -> ResourceLimits.RLIMIT_STACK;
          case "as" -> ResourceLimits.RLIMIT_AS;
          default -> throw new IllegalArgumentException("unknown limit " + name);
        };
    ResourceLimits limits = space.task().limits();
    limits.set(resource, pages * 4096, limits.hard(resource));
    return 0;
  }

  /** Maps pages with holes between, far from the window, until there are {@code count} VMAs. */
  private long fillUp(int count) {
    Syscalls calls = space.syscalls();
    int flags = MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS;
    for (long at = FILL; space.mapCount() < count; at += 2 * 4096) {
      long result = calls.mmap(at, 4096, 0, flags, null, 0);
      if (Errno.isError(result)) {
        return result;
      }
    }
    return 0;
  }

  /** A number, or one counted from vm.max_map_count: {@code max}, {@code max+1}, {@code max-2}. */
  private int count(String text) {
    if (!text.startsWith("max")) {
      return Integer.parseInt(text);
    }
    return config().maxMapCount() + (text.length() == 3 ? 0 : Integer.parseInt(text.substring(3)));
  }

  private KernelConfig config() {
    return machine.kernel().config();
  }

  private long configure(KernelConfig config) {
    machine.kernel().config(config);
    return 0;
  }

  /** The {@code occurrence}-th time from now that the step is taken, it fails. */
  private long failOnce(String point, int occurrence) {
    FailurePlan.Point failing = FailurePlan.Point.valueOf(point);
    failuresLeft = occurrence;
    machine.kernel().failures(p -> p == failing && --failuresLeft == 0);
    return 0;
  }

  private static int advice(String name) {
    if (Character.isDigit(name.charAt(0))) {
      return Integer.parseInt(name);
    }
    try {
      return Advice.class.getField(name).getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("unknown advice " + name, e);
    }
  }

  private long processAdvise(String[] w) {
    List<dev.vmarea.mapping.ProcessAdviseOperation.Range> ranges = new ArrayList<>();
    for (int i = 2; i < w.length; i++) {
      ranges.add(new dev.vmarea.mapping.ProcessAdviseOperation.Range(start(w[i]), length(w[i])));
    }
    return space.syscalls().processMadvise(space, ranges, advice(w[1]), 0);
  }

  /** The userfaultfd that the fourth word numbers. */
  private UserfaultContext userfault(String[] w) {
    return userfaults.computeIfAbsent(w.length > 3 ? w[3] : "0", n -> new UserfaultContext());
  }

  private long closeUserfault() {
    userfaults.values().forEach(space.syscalls()::userfaultClose);
    return 0;
  }

  private long remove(int id) {
    SharedSegment segment = machine.segments().find(id);
    if (segment == null) {
      return Errno.EINVAL.negated();
    }
    segment.remove();
    return 0;
  }

  private long ioSetUp(int requests) {
    long result = space.syscalls().ioSetup(requests, 0);
    if (!Errno.isError(result)) {
      context = result;
      return 0;
    }
    return result;
  }

  private long memlock(long pages) {
    return space.syscalls().setrlimit(ResourceLimits.RLIMIT_MEMLOCK, pages * 4096, pages * 4096);
  }

  private long unprivileged() {
    space.task().capabilities(0);
    return 0;
  }

  private long fork() {
    try {
      space = space.fork(space.task().copy());
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** Pages: all mapped, of data, of stacks, locked; then the machine's commit charge. */
  String pages() {
    Counters counters = space.mm().counters();
    return counters.totalVm()
        + " "
        + counters.dataVm()
        + " "
        + counters.stackVm()
        + " "
        + counters.lockedVm()
        + " "
        + machine.kernel().commit().committed();
  }

  /** What the callbacks of files were told, in order. */
  String callbacks() {
    return String.join(", ", files.callbacks());
  }

  /** Whether the failure asked for has not happened yet. */
  boolean isFailureDue() {
    return failuresLeft > 0;
  }

  /** The VMAs in the window, as rows write them. */
  String layout() {
    List<String> parts = new ArrayList<>();
    for (Vma vma : space.vmas()) {
      if (vma.start() >= BASE && vma.start() < BASE + WINDOW_PAGES * 4096) {
        parts.add(text(vma));
      }
    }
    return String.join(", ", parts);
  }

  private static String text(Vma vma) {
    long first = (vma.start() - BASE) / 4096;
    StringBuilder text = new StringBuilder();
    text.append(first).append('-').append(first + vma.pages()).append(' ');
    text.append(vma.has(VmFlags.READ) ? 'r' : '-');
    text.append(vma.has(VmFlags.WRITE) ? 'w' : '-');
    text.append(vma.has(VmFlags.EXEC) ? 'x' : '-');
    text.append(vma.has(VmFlags.MAYSHARE) ? 's' : 'p');
    if (vma.file() != null) {
      text.append(" @").append(vma.pgoff());
    }
    long usual = VmFlags.MAYREAD | VmFlags.MAYWRITE | VmFlags.MAYEXEC;
    long missing = usual & ~vma.flags();
    long implied = VmFlags.ACCESS | VmFlags.MAYSHARE | usual;
    for (String name : VmFlags.mnemonics(vma.flags() & ~implied).split(" ")) {
      if (!name.isEmpty()) {
        text.append(' ').append(name);
      }
    }
    for (String name : VmFlags.mnemonics(missing).split(" ")) {
      if (!name.isEmpty()) {
        text.append(" !").append(name.toLowerCase(Locale.ROOT));
      }
    }
    return text.toString();
  }
}
