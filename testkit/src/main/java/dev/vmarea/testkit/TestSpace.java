// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.NodeMask;
import dev.vmarea.base.Profile;
import dev.vmarea.files.PlainFile;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An address space to run generated calls on: one window of pages below {@code mmap_base}, a heap,
 * and three open files, two of them of the same file. Not thread-safe.
 */
public final class TestSpace {
  /** First byte of the window that calls are about. */
  public static final long BASE = 0x100000000000L;

  /** Pages in the window; its end is {@code mmap_base}. */
  public static final int WINDOW_PAGES = 64;

  /** Where the heap starts. */
  public static final long HEAP = BASE + 1024 * 4096L;

  /** Number of open files: 0 and 1 are opens of one file for both, 2 an open of it for reading. */
  public static final int FILES = 3;

  private final List<OpenFile> files;
  private AddressSpace space;

  /** An empty address space of a process with every capability. */
  public TestSpace() {
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    machine.segments().add(new SharedSegment(1, 0x77, 4 * 4096));
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = BASE + WINDOW_PAGES * 4096L;
    layout.legacyBase = 0x2aaaaaaab000L;
    layout.startBrk = HEAP;
    layout.brk = HEAP;
    space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1));
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, false));
    DirectoryEntry entry = new DirectoryEntry("/file");
    files =
        List.of(
            new OpenFile(inode, entry, OpenFile.O_RDWR, PlainFile.DEFAULT),
            new OpenFile(inode, entry, OpenFile.O_RDWR, PlainFile.DEFAULT),
            new OpenFile(inode, entry, OpenFile.O_RDONLY, PlainFile.DEFAULT));
  }

  /** The address space now; another one after a fork. */
  public AddressSpace space() {
    return space;
  }

  /** Runs {@code call}: the kernel's result, for faults and fork 0 or EFAULT or ENOMEM. */
  public long run(Call call) {
    Syscalls calls = space.syscalls();
    long[] a = call.arguments().stream().mapToLong(Long::longValue).toArray();
    return switch (call.verb()) {
      case MMAP -> calls.mmap(a[0], a[1], (int) a[2], (int) a[3], file((int) a[4]), a[5]);
      case MUNMAP -> calls.munmap(a[0], a[1]);
      case MPROTECT -> calls.mprotect(a[0], a[1], (int) a[2]);
      case MREMAP -> calls.mremap(a[0], a[1], a[2], (int) a[3], a[4]);
      case BRK -> calls.brk(a[0]);
      case MADVISE -> calls.madvise(a[0], a[1], (int) a[2]);
      case MLOCK2 -> calls.mlock2(a[0], a[1], (int) a[2]);
      case MUNLOCK -> calls.munlock(a[0], a[1]);
      case MSEAL -> calls.mseal(a[0], a[1], 0);
      case MBIND ->
          calls.mbind(
              a[0], a[1], a[2] == 0 ? 0 : 2, a[2] == 0 ? NodeMask.none() : NodeMask.of(65, 1), 0);
      case WRITE -> write(a[0]);
      case FORK -> fork();
      case MLOCKALL -> calls.mlockall((int) a[0]);
      case MUNLOCKALL -> calls.munlockall();
      case MSYNC -> calls.msync(a[0], a[1], (int) a[2]);
      case MINCORE -> calls.mincore(a[0], a[1], a[2]);
      case REMAP_FILE_PAGES -> calls.remapFilePages(a[0], a[1], (int) a[2], a[3], (int) a[4]);
      case SHMAT -> calls.shmat((int) a[0], a[1], (int) a[2]);
      case SHMDT -> calls.shmdt(a[0]);
      case SET_MEMPOLICY_HOME_NODE -> calls.setMempolicyHomeNode(a[0], a[1], a[2], a[3]);
      case SET_MEMORY_MERGE -> calls.prctlSetMemoryMerge(a[0], 0, 0, 0);
    };
  }

  private @Nullable OpenFile file(int number) {
    return number < 0 ? null : files.get(number);
  }

  private long write(long address) {
    try {
      space.writeFault(address);
      return 0;
    } catch (ErrnoException refused) {
      return Errno.EFAULT.negated();
    }
  }

  private long fork() {
    try {
      AddressSpace child = space.fork(space.task().copy());
      space.exit();
      space = child;
      return 0;
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  /** Every VMA on a line: see {@link LayoutLine}. */
  public String layout() {
    StringBuilder text = new StringBuilder();
    Map<Object, Integer> identities = new HashMap<>();
    for (Vma vma : space.vmas()) {
      AnonVma anon = vma.anon();
      text.append(
          new LayoutLine(
                  vma.start(),
                  vma.end(),
                  vma.pgoff(),
                  vma.flags(),
                  fileNumber(vma.file()),
                  anon == null ? 0 : identities.computeIfAbsent(anon, key -> identities.size() + 1),
                  anon != null && anon.isForkChild(),
                  vma.extras().policy() == null ? 0 : 1)
              .text());
    }
    return text.toString();
  }

  private int fileNumber(@Nullable OpenFile file) {
    if (file == null) {
      return LayoutLine.NO_FILE;
    }
    int number = files.indexOf(file);
    return number < 0 ? LayoutLine.SHARED_ANONYMOUS : number;
  }
}
