// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.mapping.ProcessControlOperation;
import dev.vmarea.mapping.ProcessControlOperation.MemoryMap;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** prctl(PR_SET_MM) and what is left over of the others, as observed on Linux 6.18. */
class ProcessControlTest {
  private static final long BASE = 0x100000000000L;
  private static final int SIZE = ProcessControlOperation.MM_MAP_SIZE;

  private final Task task = Task.unprivileged();
  private final AddressSpace space = space();
  private final Syscalls calls = space.syscalls();

  private AddressSpace space() {
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    layout.legacyBase = 0x2aaaaaaab000L;
    layout.startBrk = BASE;
    layout.brk = BASE;
    return new Machine(KernelConfig.standard(), Profile.LINUX_6_18).newAddressSpace(layout, task);
  }

  private static long page(long n) {
    return BASE + n * 4096;
  }

  /** Addresses in pages from the base, in the order of the struct. */
  private static MemoryMap map(long... pages) {
    long[] a = new long[11];
    for (int i = 0; i < a.length; i++) {
      a[i] = page(pages[i]);
    }
    return new MemoryMap(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], 0, 0, -1);
  }

  private long set(MemoryMap map) {
    return calls.prctlSetMm(ProcessControlOperation.PR_SET_MM_MAP, page(0), SIZE, 0, map);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          in order,                 0 1 1 1 2 3 9 4 4 5 5, 0
          code empty,               1 1 1 1 2 3 9 4 4 5 5, EINVAL
          code reversed,            2 1 1 1 2 3 9 4 4 5 5, EINVAL
          data reversed,            0 1 2 1 2 3 9 4 4 5 5, EINVAL
          break reversed,           0 1 1 1 3 2 9 4 4 5 5, EINVAL
          arguments reversed,       0 1 1 1 2 3 9 5 4 5 5, EINVAL
          environment reversed,     0 1 1 1 2 3 9 4 4 6 5, EINVAL
          break below the data,     0 1 7 8 2 3 9 4 4 5 5, 0
          """)
  void order(String name, String pages, String expected) {
    String[] words = pages.split(" ", -1);
    long[] numbers = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Long.parseLong(words[i]);
    }
    long result = set(map(numbers));
    assertThat(result)
        .as(name)
        .isEqualTo(expected.equals("0") ? 0 : Errno.valueOf(expected).negated());
  }

  @Test
  void addressesAreUserAddresses() {
    MemoryMap low =
        new MemoryMap(
            65535, page(1), page(1), page(1), page(1), page(1), page(1), page(1), page(1), page(1),
            page(1), 0, 0, -1);
    assertThat(set(low)).isEqualTo(Errno.EINVAL.negated());
    MemoryMap high =
        new MemoryMap(
            page(0),
            page(1),
            page(1),
            page(1),
            page(1),
            page(1),
            KernelConfig.TASK_SIZE_47,
            page(1),
            page(1),
            page(1),
            page(1),
            0,
            0,
            -1);
    assertThat(set(high)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void argumentsComeFirst() {
    MemoryMap map = map(0, 1, 1, 1, 2, 3, 9, 4, 4, 5, 5);
    int option = ProcessControlOperation.PR_SET_MM_MAP;
    assertThat(calls.prctlSetMm(option, page(0), SIZE, 1, map)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetMm(option, page(0), 103, 0, null)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetMm(option, page(0), SIZE, 0, null)).isEqualTo(Errno.EFAULT.negated());
    assertThat(calls.prctlSetMm(ProcessControlOperation.PR_SET_MM_BRK, page(1), 1, 0, null))
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void singleFieldsNeedACapability() {
    int option = ProcessControlOperation.PR_SET_MM_BRK;
    assertThat(calls.prctlSetMm(option, page(1), 0, 0, null)).isEqualTo(Errno.EPERM.negated());
    assertThat(calls.prctlSetMm(99, page(1), 0, 0, null)).isEqualTo(Errno.EPERM.negated());
    set(map(0, 1, 1, 1, 2, 3, 9, 4, 4, 5, 5));
    task.capabilities(1L << Task.CAP_SYS_RESOURCE);
    assertThat(calls.prctlSetMm(option, page(5), 0, 0, null)).isZero();
    assertThat(space.layout().brk).isEqualTo(page(5));
    assertThat(calls.prctlSetMm(option, page(1), 0, 0, null)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetMm(99, page(1), 0, 0, null)).isEqualTo(Errno.EINVAL.negated());
    int stack = ProcessControlOperation.PR_SET_MM_START_STACK;
    assertThat(calls.prctlSetMm(stack, page(1), 0, 0, null)).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void breakGoesOnFromTheNewValues() {
    MemoryMap map =
        new MemoryMap(
            page(0),
            page(1),
            page(0),
            page(1),
            page(1) + 100,
            page(2) + 5,
            page(0),
            page(0),
            page(1),
            page(0),
            page(1),
            0,
            0,
            -1);
    assertThat(set(map)).isZero();
    assertThat(calls.brk(page(3) + 9)).isEqualTo(page(3) + 9);
    assertThat(space.lookup(page(3))).isNotNull();
    assertThat(space.lookup(page(2))).isNull();
    assertThat(calls.brk(page(1))).isEqualTo(page(3) + 9);
    space.verify();
  }

  @Test
  void dataLimit() {
    task.limits().set(ResourceLimits.RLIMIT_DATA, 4096, 4096);
    assertThat(set(map(0, 1, 1, 1, 2, 3, 9, 4, 4, 5, 5))).isZero();
    assertThat(set(map(0, 1, 1, 2, 2, 3, 9, 4, 4, 5, 5))).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void sizeIsWritten() {
    int option = ProcessControlOperation.PR_SET_MM_MAP_SIZE;
    assertThat(calls.prctlSetMm(option, page(0), 0, 0, null)).isEqualTo(Errno.EFAULT.negated());
    calls.mmap(page(0), 4096, 3, MapFlags.FIXED | MapFlags.PRIVATE | MapFlags.ANONYMOUS, null, 0);
    assertThat(calls.prctlSetMm(option, page(0), 0, 0, null)).isZero();
  }

  @Test
  void superfluousArguments() {
    assertThat(calls.prctlSetMdwe(1, 1, 0, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlGetMdwe(0, 0, 0, 1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetMemoryMerge(1, 0, 1, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlGetMemoryMerge(1, 0, 0, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetThpDisable(1, 2, 0, 0)).isZero();
    assertThat(calls.prctlSetThpDisable(0, 2, 0, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.prctlSetThpDisable(1, 1, 0, 0)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void limits() {
    int data = ResourceLimits.RLIMIT_DATA;
    assertThat(calls.setrlimit(16, 1, 2)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.setrlimit(data, 2, 1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(calls.setrlimit(data, 1, 2)).isZero();
    assertThat(calls.setrlimit(data, 1, 3)).isEqualTo(Errno.EPERM.negated());
    assertThat(calls.personality(0x400000)).isZero();
    assertThat(calls.personality(0xffffffffL)).isEqualTo(0x400000);
    assertThat(calls.personality(0)).isEqualTo(0x400000);
  }
}
