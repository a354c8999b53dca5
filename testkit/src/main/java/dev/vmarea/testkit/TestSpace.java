// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.files.PlainFile;
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
public final class TestSpace implements Terrain {
  /** First byte of the window that calls are about. */
  public static final long BASE = 0x100000000000L;

  /** Pages in the window; its end is {@code mmap_base}. */
  public static final int WINDOW_PAGES = 64;

  /** Where the heap starts. */
  public static final long HEAP = BASE + 1024 * 4096L;

  /** Number of open files: 0 and 1 are opens of one file for both, 2 an open of it for reading. */
  public static final int FILES = 3;

  private final List<OpenFile> files;
  private final ModelProcesses processes;

  /** An empty address space of a process with every capability. */
  public TestSpace() {
    this(false);
  }

  /**
   * The same.
   *
   * @param contents whether touches load and store, and truncation takes pages away
   */
  public TestSpace(boolean contents) {
    Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
    machine.segments().add(1, 0x77, 4 * 4096);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = BASE + WINDOW_PAGES * 4096L;
    layout.legacyBase = 0x2aaaaaaab000L;
    layout.startBrk = HEAP;
    layout.brk = HEAP;
    AddressSpace space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1));
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, false));
    DirectoryEntry entry = new DirectoryEntry("/file");
    files =
        List.of(
            new OpenFile(inode, entry, OpenFile.O_RDWR, PlainFile.DEFAULT),
            new OpenFile(inode, entry, OpenFile.O_RDWR, PlainFile.DEFAULT),
            new OpenFile(inode, entry, OpenFile.O_RDONLY, PlainFile.DEFAULT));
    processes = new ModelProcesses(space, files, contents, 1);
    if (contents) {
      inode.size(20 * 4096L);
    }
  }

  /** An address space that is there already, with open files for the numbers of {@link #FILES}. */
  public TestSpace(AddressSpace space, List<OpenFile> files) {
    this.files = List.copyOf(files);
    processes = new ModelProcesses(space, this.files, true, 1);
  }

  /** The open files, by number. */
  public List<OpenFile> openFiles() {
    return files;
  }

  /** Ends all processes. */
  public void end() {
    processes.end();
  }

  /** The address space now; another one after a fork. */
  public AddressSpace space() {
    return processes.space();
  }

  @Override
  public Iterable<Vma> vmas() {
    return space().vmas();
  }

  @Override
  public long base() {
    return BASE;
  }

  @Override
  public int windowPages() {
    return WINDOW_PAGES;
  }

  @Override
  public long heap() {
    return HEAP;
  }

  @Override
  public int files() {
    return FILES;
  }

  @Override
  public int segments() {
    return 1;
  }

  @Override
  public long tooMuch() {
    return 32L << 30;
  }

  /** Runs {@code call}: the kernel's result, for faults and fork 0 or EFAULT or ENOMEM. */
  public long run(Call call) {
    return run(call, (byte) 0);
  }

  /** The same; a store stores {@code value}. */
  public long run(Call call, byte value) {
    long result = processes.run(call, value);
    if (result == Touch.NO_PAGE) {
      return 0; // the naive model does not know where files end
    }
    return Touch.isSignal(result) ? Errno.EFAULT.negated() : result;
  }

  /** Every VMA on a line: see {@link LayoutLine}. */
  public String layout() {
    StringBuilder text = new StringBuilder();
    Map<Object, Integer> identities = new HashMap<>();
    for (Vma vma : vmas()) {
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
