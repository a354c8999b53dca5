// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.NodeMask;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes generated calls on the model: one process, and those that it forks. They share their open
 * files and segments. Not thread-safe.
 */
public final class ModelProcesses {
  private static final int MPOL_BIND = 2;
  private static final int NODE_BITS = 65;

  private final List<AddressSpace> spaces = new ArrayList<>();
  private final ModelFiles files;
  private final int[] segments;
  private final boolean contents;
  private final IdentityHashMap<AddressSpace, Cpu> cpus = new IdentityHashMap<>();
  private int current;
  private @Nullable Signal signal;

  /**
   * A signal that a load or store ended with.
   *
   * @param number SIGSEGV or SIGBUS
   * @param code si_code
   * @param address si_addr
   */
  public record Signal(int number, int code, long address) {}

  /**
   * One process.
   *
   * @param files what the numbers of {@link Verb#MMAP} mean; other numbers are closed descriptors
   * @param segments ids of the segments that the numbers of {@link Verb#SHMAT} mean, from 1
   */
  public ModelProcesses(AddressSpace first, List<OpenFile> files, int... segments) {
    this(first, files, false, segments);
  }

  /**
   * The same.
   *
   * @param contents whether loads and stores are made, so that loads have a result; else a touch is
   *     only what it does to an area
   */
  public ModelProcesses(
      AddressSpace first, List<OpenFile> files, boolean contents, int... segments) {
    this.contents = contents;
    spaces.add(first);
    this.files = new ModelFiles(files, contents);
    this.segments = segments.clone();
  }

  /** The address space of the process whose turn it is. */
  public AddressSpace space() {
    return spaces.get(current);
  }

  /** Number of processes. */
  public int count() {
    return spaces.size();
  }

  /** Which of the processes goes on now, counted from 0. */
  public int current() {
    return current;
  }

  /** The address space of the process with this number. */
  public AddressSpace space(int process) {
    return spaces.get(process);
  }

  /** The signal that the last load or store ended with; null for one that did not. */
  public @Nullable Signal signal() {
    return signal;
  }

  /** The open file with this number, or null if it is closed. */
  public @Nullable OpenFile file(long number) {
    return files.file(number);
  }

  /** Whether an open file of {@code inode} that is mapped in this way has a number. */
  public boolean isOpen(Inode inode, Class<? extends FileOperations> kind) {
    return files.has(inode, kind);
  }

  /** Ends all processes. */
  public void end() {
    cpus.values().forEach(Cpu::close);
    cpus.clear();
    spaces.forEach(AddressSpace::exit);
    spaces.clear();
  }

  /**
   * Runs {@code call} in the process whose turn it is: what the kernel returns, for touches a
   * {@link Touch}, for fork 0 or a negated errno.
   */
  public long run(Call call) {
    return run(call, (byte) 0);
  }

  /**
   * The same.
   *
   * @param value what a store stores
   */
  public long run(Call call, byte value) {
    signal = null;
    AddressSpace space = space();
    Syscalls calls = space.syscalls();
    long[] a = call.values();
    return switch (call.verb()) {
      case MMAP -> calls.mmap(a[0], a[1], (int) a[2], (int) a[3], files.file(a[4]), a[5]);
      case MUNMAP -> calls.munmap(a[0], a[1]);
      case MPROTECT -> calls.mprotect(a[0], a[1], (int) a[2]);
      case MREMAP -> calls.mremap(a[0], a[1], a[2], (int) a[3], a[4]);
      case BRK -> calls.brk(a[0]);
      case MADVISE -> calls.madvise(a[0], a[1], (int) a[2]);
      case MLOCK2 -> calls.mlock2(a[0], a[1], (int) a[2]);
      case MUNLOCK -> calls.munlock(a[0], a[1]);
      case MSEAL -> calls.mseal(a[0], a[1], 0);
      case MBIND -> bind(calls, a);
      case WRITE -> contents ? access(a[0], true, value) : touch(a[0], true);
      case READ -> contents ? access(a[0], false, value) : touch(a[0], false);
      case FORK -> fork();
      case MLOCKALL -> calls.mlockall((int) a[0]);
      case MUNLOCKALL -> calls.munlockall();
      case MSYNC -> calls.msync(a[0], a[1], (int) a[2]);
      case MINCORE -> calls.mincore(a[0], a[1], a[2]);
      case REMAP_FILE_PAGES -> calls.remapFilePages(a[0], a[1], (int) a[2], a[3], (int) a[4]);
      case SHMAT -> calls.shmat(segment(a[0]), a[1], (int) a[2]);
      case SHMDT -> calls.shmdt(a[0]);
      case SET_MEMPOLICY_HOME_NODE -> calls.setMempolicyHomeNode(a[0], a[1], a[2], a[3]);
      case SET_MEMORY_MERGE -> calls.prctlSetMemoryMerge(a[0], 0, 0, 0);
      case FTRUNCATE, PWRITE64, PUNCH_HOLE, ADD_SEALS, SHM_REMOVE -> onFile(call, value);
      case SETRLIMIT -> limit(calls, (int) a[0], a[1]);
      case SET_MDWE -> calls.prctlSetMdwe(a[0], 0, 0, 0);
      case PERSONALITY -> calls.personality(a[0]);
      case SWITCH -> {
        current = (int) Math.floorMod(a[0], (long) spaces.size());
        yield 0;
      }
      case EXIT -> exit();
    };
  }

  private static long bind(Syscalls calls, long[] a) {
    boolean binds = a[2] != 0;
    NodeMask mask = binds ? NodeMask.of(NODE_BITS, 1) : NodeMask.none();
    return calls.mbind(a[0], a[1], binds ? MPOL_BIND : 0, mask, 0);
  }

  private long onFile(Call call, byte value) {
    long[] a = call.values();
    try {
      switch (call.verb()) {
        case FTRUNCATE -> files.truncate(a[0], a[1]);
        case PWRITE64 -> {
          PhysicalMemory memory = space().machine().kernel().memory();
          return files.pwrite(a[0], a[1], WrittenBytes.of(value, (int) a[2]), memory);
        }
        case PUNCH_HOLE -> files.punchHole(a[0], a[1], a[2]);
        case ADD_SEALS -> files.addSeals(a[0], a[1]);
        case SHM_REMOVE -> removeSegment(segment(a[0]));
        default -> throw new IllegalArgumentException("not about a file: " + call);
      }
      return 0;
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private void removeSegment(int id) throws ErrnoException {
    SharedSegment segment = id < 0 ? null : space().machine().segments().find(id);
    if (segment == null) {
      throw Errno.EINVAL.failure();
    }
    segment.remove();
  }

  private int segment(long number) {
    return number < 1 || number > segments.length ? -1 : segments[(int) number - 1];
  }

  private long limit(Syscalls calls, int resource, long soft) {
    ResourceLimits limits = space().task().limits();
    return calls.setrlimit(resource, soft, limits.hard(resource));
  }

  private long access(long address, boolean write, byte value) {
    Vma vma = space().lookup(address);
    if (vma != null && !knowsContents(vma)) {
      long result = touch(address, write);
      return result == Touch.DONE && !write ? Touch.UNKNOWN : result;
    }
    Cpu cpu = cpu();
    try {
      if (write) {
        cpu.storeByte(address, value);
        return Touch.DONE;
      }
      return cpu.loadByte(address) & 0xff;
    } catch (MemoryFault fault) {
      signal = new Signal(fault.reason().signal(), fault.reason().code(), fault.address());
      return switch (fault.reason()) {
        case MAPERR, NOT_CANONICAL -> Touch.NOT_MAPPED;
        case ACCERR -> Touch.NOT_ALLOWED;
        case BUS -> Touch.NO_PAGE;
        case OUT_OF_MEMORY -> throw new IllegalStateException("the model has no frames left");
        case ALIGNMENT -> throw new IllegalStateException("bytes are always aligned");
      };
    }
  }

  /** Whether loads of the memory have a result: not the program's own code, nor the kernel's. */
  public boolean knowsContents(Vma vma) {
    OpenFile file = vma.file();
    if (file == null) {
      return vma.isAnonymous();
    }
    String path = file.entry().path();
    return path.equals("/dev/zero")
        || path.startsWith("/SYSV")
        || path.equals("/anon_hugepage")
        || files.has(file.inode());
  }

  private Cpu cpu() {
    return cpus.computeIfAbsent(space(), AddressSpace::cpu);
  }

  /**
   * What a call has just written at {@code address}, as far as it lies in pages that can be written
   * without a fault and whose contents are known. Counts as a use of the pages, as reading them
   * from outside does.
   */
  public byte[] stored(long address, int length) {
    PageTables tables = space().pageTables();
    PhysicalMemory memory = space().machine().kernel().memory();
    byte[] bytes = new byte[length];
    int count = 0;
    while (tables != null && count < length) {
      long at = address + count;
      Vma vma = space().lookup(at);
      long entry = tables.entry(at);
      boolean writable = (entry & PageProtection.WRITE) != 0;
      // Of a huge page, the small one at this address.
      KernelPage page = writable ? memory.page(tables.frame(at)) : null;
      if (vma == null || page == null || !knowsContents(vma)) {
        break;
      }
      if (vma.has(VmFlags.LOCKED)) {
        page.mark(KernelPage.Mark.REFERENCED);
      } else {
        page.used();
      }
      // Not by a load, which would be noted in the entry.
      int piece = (int) Math.min(length - count, Pages.floor(at) + Pages.SIZE - at);
      MemorySegment.copy(
          page.contents(), ValueLayout.JAVA_BYTE, at & Pages.OFFSET_MASK, bytes, count, piece);
      count += piece;
    }
    return Arrays.copyOf(bytes, count);
  }

  /**
   * The kernel may have written to memory of the process whose turn it is, in a call of its own:
   * the model's memory is the same again. Only bytes that differ are stored, as others need not
   * have been written.
   */
  public void written(long address, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      Vma vma = space().lookup(address + i);
      boolean compared = vma != null && knowsContents(vma);
      if (compared && cpu().loadByte(address + i) != bytes[i]) {
        cpu().storeByte(address + i, bytes[i]);
      }
    }
  }

  private long touch(long address, boolean write) {
    AddressSpace space = space();
    Vma vma = space.lookup(address);
    try {
      if (vma == null) {
        space.growStack(address);
        vma = space.lookup(address);
      }
      boolean allowed = vma != null && (write ? vma.has(VmFlags.WRITE) : vma.isAccessible());
      if (!allowed || vma == null) {
        return Touch.NOT_ALLOWED;
      }
      if (write) {
        space.writeFault(address);
      }
    } catch (ErrnoException refused) {
      return Touch.NOT_MAPPED;
    }
    return hasPage(vma, address) ? Touch.DONE : Touch.NO_PAGE;
  }

  /** Whether the file behind {@code vma}, if there is one, reaches to {@code address}. */
  private static boolean hasPage(Vma vma, long address) {
    OpenFile file = vma.file();
    if (file == null
        || vma.isAnonymous()
        || file.inode().type() != Inode.Type.REGULAR
        || file.inode().size() == Inode.UNKNOWN_SIZE) {
      return true;
    }
    long pages = Pages.count(Pages.ceil(file.inode().size()));
    return vma.pgoffAt(Pages.floor(address)) < pages;
  }

  private long fork() {
    AddressSpace parent = space();
    try {
      spaces.add(parent.fork(parent.task().copy()));
      current = spaces.size() - 1;
      return 0;
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private long exit() {
    if (spaces.size() > 1) {
      AddressSpace gone = spaces.remove(current);
      Cpu cpu = cpus.remove(gone);
      if (cpu != null) {
        cpu.close();
      }
      gone.exit();
      current = Math.min(current, spaces.size() - 1);
    }
    return 0;
  }
}
