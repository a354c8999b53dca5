// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The prctl options that bear on an address space: PR_SET_MM, PR_SET_MDWE, PR_SET_MEMORY_MERGE and
 * PR_SET_THP_DISABLE. Observed on Linux 6.18; what root could not provoke there is read.
 */
public final class ProcessControlOperation {
  /** PR_SET_MM options. */
  public static final int PR_SET_MM_START_CODE = 1;

  public static final int PR_SET_MM_END_CODE = 2;
  public static final int PR_SET_MM_START_DATA = 3;
  public static final int PR_SET_MM_END_DATA = 4;
  public static final int PR_SET_MM_START_STACK = 5;
  public static final int PR_SET_MM_START_BRK = 6;
  public static final int PR_SET_MM_BRK = 7;
  public static final int PR_SET_MM_ARG_START = 8;
  public static final int PR_SET_MM_ARG_END = 9;
  public static final int PR_SET_MM_ENV_START = 10;
  public static final int PR_SET_MM_ENV_END = 11;
  public static final int PR_SET_MM_AUXV = 12;
  public static final int PR_SET_MM_EXE_FILE = 13;
  public static final int PR_SET_MM_MAP = 14;
  public static final int PR_SET_MM_MAP_SIZE = 15;

  /** PR_SET_MDWE bits. */
  public static final int PR_MDWE_REFUSE_EXEC_GAIN = 1;

  public static final int PR_MDWE_NO_INHERIT = 2;

  /** PR_SET_THP_DISABLE flag: memory advised to use huge pages still may. */
  public static final int PR_THP_DISABLE_EXCEPT_ADVISED = 2;

  /** Size of {@code struct prctl_mm_map} in bytes. */
  public static final int MM_MAP_SIZE = 104;

  /** Room for the auxiliary vector that the kernel keeps, in bytes. */
  private static final long MAX_AUXV = 8L * 2 * 28;

  private static final int CAP_CHECKPOINT_RESTORE = 40;

  private final Mm mm;
  private final Task task;
  private final UserAccess memory;

  /** Controls {@code mm} on behalf of {@code task}. */
  public ProcessControlOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
    this.memory = new UserAccess(mm, task);
  }

  /**
   * {@code struct prctl_mm_map}: addresses in bytes.
   *
   * @param auxv address of an auxiliary vector, or 0
   * @param auxvSize its size in bytes, or 0
   * @param exeFd descriptor of a new /proc/PID/exe, or -1
   */
  public record MemoryMap(
      long startCode,
      long endCode,
      long startData,
      long endData,
      long startBrk,
      long brk,
      long startStack,
      long argStart,
      long argEnd,
      long envStart,
      long envEnd,
      long auxv,
      long auxvSize,
      int exeFd) {

    /** The addresses of {@code layout}, without auxiliary vector and executable. */
    static MemoryMap of(ProgramLayout layout) {
      return new MemoryMap(
          layout.startCode,
          layout.endCode,
          layout.startData,
          layout.endData,
          layout.startBrk,
          layout.brk,
          layout.startStack,
          layout.argStart,
          layout.argEnd,
          layout.envStart,
          layout.envEnd,
          0,
          0,
          -1);
    }

    private long[] addresses() {
      return new long[] {
        startCode,
        endCode,
        startData,
        endData,
        startBrk,
        brk,
        startStack,
        argStart,
        argEnd,
        envStart,
        envEnd
      };
    }

    private static MemoryMap ofAddresses(long[] a) {
      return new MemoryMap(
          a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], 0, 0, -1);
    }
  }

  /**
   * prctl(PR_SET_MM, option, address, argument4, argument5).
   *
   * @param address the new value; for MAP the address of {@code map}; for MAP_SIZE where to write
   * @param map what lies at {@code address} for MAP, or null if it cannot be read
   * @throws ErrnoException EINVAL for arguments that make no sense or limits overrun; EPERM without
   *     CAP_SYS_RESOURCE where an option needs it; EFAULT for unreadable or unmapped memory; EBADF
   *     for a bad descriptor of an executable
   */
  public void setMemoryMap(
      int option, long address, long argument4, long argument5, @Nullable MemoryMap map)
      throws ErrnoException {
    boolean takesSize =
        option == PR_SET_MM_AUXV || option == PR_SET_MM_MAP || option == PR_SET_MM_MAP_SIZE;
    if (argument5 != 0 || argument4 != 0 && !takesSize) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      switch (option) {
        case PR_SET_MM_MAP -> setMap(argument4, map);
        case PR_SET_MM_MAP_SIZE -> {
          byte[] size = {MM_MAP_SIZE, 0, 0, 0};
          if (!memory.write(address, size, size.length)) {
            throw Errno.EFAULT.failure();
          }
        }
        default -> setField(option, address, argument4);
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private void setMap(long size, @Nullable MemoryMap map) throws ErrnoException {
    if ((int) size != MM_MAP_SIZE) {
      throw Errno.EINVAL.failure();
    }
    if (map == null) {
      throw Errno.EFAULT.failure();
    }
    validate(map);
    if (map.auxvSize != 0 && (map.auxv == 0 || map.auxvSize > MAX_AUXV)) {
      throw Errno.EINVAL.failure();
    }
    if (map.exeFd != -1) {
      checkExecutable();
    }
    if (map.auxvSize != 0 && !memory.read(map.auxv, map.auxvSize)) {
      throw Errno.EFAULT.failure();
    }
    apply(map);
  }

  /** The new executable itself is of no concern here; whether it may be set is. */
  private void checkExecutable() throws ErrnoException {
    boolean may =
        task.capable(CAP_CHECKPOINT_RESTORE)
            || task.capable(Task.CAP_SYS_ADMIN)
            || task.capable(Task.CAP_SYS_RESOURCE);
    throw (may ? Errno.EBUSY : Errno.EPERM).failure();
  }

  private void setField(int option, long address, long size) throws ErrnoException {
    if (!task.capable(Task.CAP_SYS_RESOURCE)) {
      throw Errno.EPERM.failure();
    }
    if (option == PR_SET_MM_EXE_FILE) {
      checkExecutable();
    }
    if (option == PR_SET_MM_AUXV) {
      if (Long.compareUnsigned(size, MAX_AUXV) > 0) {
        throw Errno.EINVAL.failure();
      }
      if (!memory.read(address, size)) {
        throw Errno.EFAULT.failure();
      }
      return;
    }
    if (!isUserAddress(address)) {
      throw Errno.EINVAL.failure();
    }
    MemoryMap old = MemoryMap.of(mm.layout());
    Vma vma = mm.tree().find(address);
    if (option < PR_SET_MM_START_CODE || option > PR_SET_MM_ENV_END) {
      throw Errno.EINVAL.failure();
    }
    long[] addresses = old.addresses();
    addresses[slotOf(option)] = address;
    MemoryMap changed = MemoryMap.ofAddresses(addresses);
    validate(changed);
    boolean needsMemory = option == PR_SET_MM_START_STACK || option >= PR_SET_MM_ARG_START;
    if (needsMemory && vma == null) {
      throw Errno.EFAULT.failure();
    }
    apply(changed);
  }

  /** Options count in another order than the struct: the stack comes before the break. */
  private static int slotOf(int option) {
    return switch (option) {
      case PR_SET_MM_START_STACK -> 6;
      case PR_SET_MM_START_BRK -> 4;
      case PR_SET_MM_BRK -> 5;
      default -> option - 1;
    };
  }

  private boolean isUserAddress(long address) {
    return Long.compareUnsigned(address, mm.config().minAddr()) >= 0
        && Long.compareUnsigned(address, mm.config().taskSize()) < 0;
  }

  private void validate(MemoryMap map) throws ErrnoException {
    boolean valid =
        map.startCode < map.endCode
            && map.startData <= map.endData
            && map.startBrk <= map.brk
            && map.argStart <= map.argEnd
            && map.envStart <= map.envEnd;
    for (long address : map.addresses()) {
      valid &= isUserAddress(address);
    }
    long used = map.brk - map.startBrk + map.endData - map.startData;
    if (!valid || task.limits().exceeded(ResourceLimits.RLIMIT_DATA, used)) {
      throw Errno.EINVAL.failure();
    }
  }

  private void apply(MemoryMap map) {
    ProgramLayout layout = mm.layout();
    layout.startCode = map.startCode;
    layout.endCode = map.endCode;
    layout.startData = map.startData;
    layout.endData = map.endData;
    layout.startBrk = map.startBrk;
    layout.brk = map.brk;
    layout.startStack = map.startStack;
    layout.argStart = map.argStart;
    layout.argEnd = map.argEnd;
    layout.envStart = map.envStart;
    layout.envEnd = map.envEnd;
  }

  /**
   * prctl(PR_SET_MDWE): refuse from now on memory that gains execute permission.
   *
   * @throws ErrnoException EINVAL for unknown bits, NO_INHERIT alone or further arguments; EPERM if
   *     it differs from what was set before
   */
  public void setDenyWriteExec(long bits, long argument3, long argument4, long argument5)
      throws ErrnoException {
    long known = PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT;
    if ((argument3 | argument4 | argument5) != 0
        || (bits & ~known) != 0
        || bits == PR_MDWE_NO_INHERIT) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      int current = denyWriteExecBits();
      if (current != 0 && current != bits) {
        throw Errno.EPERM.failure();
      }
      mm.denyWriteExec(bits != 0, (bits & PR_MDWE_NO_INHERIT) != 0);
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * prctl(PR_GET_MDWE): the bits set.
   *
   * @throws ErrnoException EINVAL for any argument
   */
  public int getDenyWriteExec(long argument2, long argument3, long argument4, long argument5)
      throws ErrnoException {
    refuseArguments(argument2 | argument3 | argument4 | argument5);
    return denyWriteExecBits();
  }

  private int denyWriteExecBits() {
    int bits = mm.denyWriteExec() ? PR_MDWE_REFUSE_EXEC_GAIN : 0;
    return mm.denyWriteExecNotInherited() ? bits | PR_MDWE_NO_INHERIT : bits;
  }

  /**
   * prctl(PR_SET_MEMORY_MERGE): marks all suitable memory, now and later, for KSM, or unmarks it;
   * no VMAs are joined by that.
   *
   * @throws ErrnoException EINVAL for further arguments or where KSM is not built in
   */
  public void setMemoryMerge(long enable, long argument3, long argument4, long argument5)
      throws ErrnoException {
    refuseArguments(argument3 | argument4 | argument5);
    refuseWithoutKsm();
    mm.lock().lock();
    try {
      boolean on = enable != 0;
      if (on != mm.ksmMergeAny()) {
        mm.ksmMergeAny(on);
        markAll(on);
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private void markAll(boolean on) {
    List<Vma> all = new ArrayList<>();
    mm.tree().forEach(all::add);
    for (Vma vma : all) {
      long flags =
          on && Mm.suitsKsm(vma.flags())
              ? vma.flags() | VmFlags.MERGEABLE
              : on ? vma.flags() : vma.flags() & ~VmFlags.MERGEABLE;
      if (flags != vma.flags()) {
        mm.editor().replace(vma, vma.withFlags(flags));
      }
    }
  }

  /**
   * prctl(PR_GET_MEMORY_MERGE): 1 if on, else 0.
   *
   * @throws ErrnoException EINVAL for any argument or where KSM is not built in
   */
  public int getMemoryMerge(long argument2, long argument3, long argument4, long argument5)
      throws ErrnoException {
    refuseArguments(argument2 | argument3 | argument4 | argument5);
    refuseWithoutKsm();
    return mm.ksmMergeAny() ? 1 : 0;
  }

  private void refuseWithoutKsm() throws ErrnoException {
    if (!mm.config().ksm()) {
      throw Errno.EINVAL.failure();
    }
  }

  /**
   * prctl(PR_SET_THP_DISABLE): no VMA and no address choice changes by it; later faults get no
   * transparent huge pages.
   *
   * @param disable whether to switch huge pages off
   * @param flags PR_THP_DISABLE_EXCEPT_ADVISED or 0
   * @throws ErrnoException EINVAL for further arguments, unknown flags, or flags without disabling
   */
  public void setThpDisable(long disable, long flags, long argument4, long argument5)
      throws ErrnoException {
    refuseArguments(argument4 | argument5);
    refuseArguments(disable != 0 ? flags & ~PR_THP_DISABLE_EXCEPT_ADVISED : flags);
    mm.lock().lock();
    try {
      mm.thpDisabled(
          disable == 0
              ? Mm.ThpDisabled.NO
              : flags != 0 ? Mm.ThpDisabled.EXCEPT_ADVISED : Mm.ThpDisabled.ALL);
    } finally {
      mm.lock().unlock();
    }
  }

  private static void refuseArguments(long anyBits) throws ErrnoException {
    if (anyBits != 0) {
      throw Errno.EINVAL.failure();
    }
  }
}
