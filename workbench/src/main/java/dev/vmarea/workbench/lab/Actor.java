// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.drivers.stacked.StackedFile;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.Mount;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Does acts: the processes, their open files, and what they do. */
final class Actor {
  private final Machine machine;
  private final MountedUsers users;
  private final SortedMap<Integer, AddressSpace> processes = new TreeMap<>();
  private final List<OpenFile> files = new ArrayList<>();
  private final List<OpenFile> open = new ArrayList<>();
  private final List<OpenFile> real = new ArrayList<>();
  private final TreeSet<String> paths = new TreeSet<>();
  private final Window window;
  private int forks;

  Actor(Machine machine, MountedUsers users, AddressSpace first) {
    this.machine = machine;
    this.users = users;
    window = Window.on(machine.kernel().architecture());
    processes.put(0, first);
  }

  /** Where the pages of acts are. */
  Window window() {
    return window;
  }

  /** The processes that live, by number. */
  synchronized SortedMap<Integer, AddressSpace> processes() {
    return new TreeMap<>(processes);
  }

  synchronized List<OpenFile> opened() {
    return List.copyOf(real);
  }

  synchronized List<AddressSpace> spaces() {
    return List.copyOf(processes.values());
  }

  /** Does it; the result in text. */
  String act(Act act) {
    try {
      return switch (act) {
        case Act.Load load -> load(load);
        case Act.Store store -> store(store);
        case Act.Failing failing -> act(failing.act());
        default -> text(number(act));
      };
    } catch (ErrnoException e) {
      return "-" + e.errno().name();
    }
  }

  private static String text(long result) {
    Errno errno = Errno.ofResult(result);
    return errno == null ? "ok" : "-" + errno.name();
  }

  private long number(Act act) throws ErrnoException {
    return switch (act) {
      case Act.Open one -> open(one);
      case Act.Close one -> close(one.handle());
      case Act.Map one -> map(one);
      case Act.Attach one ->
          space(one.process())
              .syscalls()
              .shmat(one.segment(), window.address(one.page()), one.flags());
      case Act.Detach one -> space(one.process()).syscalls().shmdt(window.address(one.page()));
      case Act.Unmap one ->
          space(one.process())
              .syscalls()
              .munmap(window.address(one.page()), Pages.bytes(one.pages()));
      case Act.Protect one ->
          space(one.process())
              .syscalls()
              .mprotect(window.address(one.page()), Pages.bytes(one.pages()), one.prot());
      case Act.Move one ->
          space(one.process())
              .syscalls()
              .mremap(
                  window.address(one.page()),
                  Pages.bytes(one.pages()),
                  Pages.bytes(one.newPages()),
                  one.flags(),
                  window.address(one.newPage()));
      case Act.Advise one ->
          space(one.process())
              .syscalls()
              .madvise(window.address(one.page()), Pages.bytes(one.pages()), one.advice());
      case Act.Lock one ->
          space(one.process())
              .syscalls()
              .mlock(window.address(one.page()), Pages.bytes(one.pages()));
      case Act.Unlock one ->
          space(one.process())
              .syscalls()
              .munlock(window.address(one.page()), Pages.bytes(one.pages()));
      case Act.Fork one -> fork(one.process());
      case Act.Exit one -> exit(one.process());
      case Act.Control one -> user(one.path()).control(List.of(one.words().split(" ")));
      case Act.Unlink one -> {
        mount(one.path()).unlink(one.path());
        yield 0;
      }
      case Act.Truncate one ->
          with(
              one.handle(),
              file -> {
                file.truncate(one.bytes());
                return 0;
              });
      case Act.PunchHole one -> with(one.handle(), file -> punch(file, one));
      case Act.Write one ->
          with(
              one.handle(),
              file -> {
                byte[] bytes = {(byte) one.value()};
                file.write(machine.kernel().memory(), one.offset(), bytes);
                return 0;
              });
      case Act.Load one -> throw new IllegalArgumentException(one.toString());
      case Act.Store one -> throw new IllegalArgumentException(one.toString());
      case Act.Failing one -> number(one.act());
    };
  }

  private AddressSpace space(int process) {
    AddressSpace space = processes().get(process);
    if (space == null) {
      throw new IllegalArgumentException("no process " + process);
    }
    return space;
  }

  private synchronized OpenFile file(int handle) throws ErrnoException {
    OpenFile file = files.get(handle);
    if (!open.contains(file)) {
      throw Errno.EBADF.failure();
    }
    return file;
  }

  /** Something that is done with an open file. */
  private interface FileCall {
    long on(OpenFile file) throws ErrnoException;
  }

  /** A call on a handle holds its file, so that another thread may close it meanwhile. */
  private long with(int handle, FileCall call) throws ErrnoException {
    OpenFile file;
    synchronized (this) {
      file = file(handle);
      file.get();
    }
    try {
      return call.on(file);
    } finally {
      file.put();
    }
  }

  private Mount mount(String path) throws ErrnoException {
    Mount mount = machine.mounts().find(path);
    if (mount == null) {
      throw Errno.ENOENT.failure();
    }
    return mount;
  }

  private UserModel user(String path) {
    UserModel user = users.at(path);
    if (user == null) {
      throw new IllegalArgumentException("no user at " + path);
    }
    return user;
  }

  private long open(Act.Open one) throws ErrnoException {
    OpenFile file = machine.open(one.path(), one.flags());
    synchronized (this) {
      files.add(file);
      open.add(file);
      real.add(StackedFile.below(file));
      paths.add(one.path());
      return files.size() - 1L;
    }
  }

  private long close(int handle) throws ErrnoException {
    OpenFile file;
    synchronized (this) {
      file = file(handle);
      open.remove(file);
    }
    file.put();
    return 0;
  }

  private long map(Act.Map one) throws ErrnoException {
    return one.handle() == Act.ANONYMOUS
        ? map(one, null)
        : with(one.handle(), file -> map(one, file));
  }

  private long map(Act.Map one, @Nullable OpenFile file) {
    return space(one.process())
        .syscalls()
        .mmap(window.address(one.page()), one.bytes(), one.prot(), one.flags(), file, one.offset());
  }

  private static long punch(OpenFile file, Act.PunchHole one) {
    FileOperations operations = file.operations();
    if (operations == null) {
      return Errno.EOPNOTSUPP.negated();
    }
    Errno refused = operations.punchHole(file);
    if (refused != null) {
      return refused.negated();
    }
    file.inode()
        .punchHole(Pages.count(Pages.ceil(one.offset())), Pages.count(one.offset() + one.bytes()));
    return 0;
  }

  private long fork(int process) throws ErrnoException {
    AddressSpace child = space(process).fork(new Task(new ResourceLimits(), -1L));
    synchronized (this) {
      forks++;
      processes.put(forks, child);
    }
    return 0;
  }

  private long exit(int process) {
    AddressSpace space = space(process);
    synchronized (this) {
      processes.remove(process);
    }
    space.exit();
    return 0;
  }

  private String load(Act.Load one) {
    return access(
        one.process(),
        cpu -> Integer.toString(cpu.loadByte(window.address(one.page()) + one.at()) & 0xff));
  }

  private String store(Act.Store one) {
    return access(
        one.process(),
        cpu -> {
          cpu.storeByte(window.address(one.page()) + one.at(), (byte) one.value());
          return "ok";
        });
  }

  private interface MemoryAccess {
    String by(Cpu cpu);
  }

  private String access(int process, MemoryAccess access) {
    try (Cpu cpu = space(process).cpu()) {
      return access.by(cpu);
    } catch (MemoryFault fault) {
      return switch (fault.reason()) {
        case BUS -> "SIGBUS";
        case OUT_OF_MEMORY -> "OOM";
        default -> "SIGSEGV";
      };
    }
  }

  /** Bytes of the open files, by handle. */
  synchronized SortedMap<Integer, Long> sizes() {
    SortedMap<Integer, Long> sizes = new TreeMap<>();
    for (int handle = 0; handle < files.size(); handle++) {
      OpenFile file = files.get(handle);
      if (open.contains(file)) {
        sizes.put(handle, StackedFile.below(file).inode().size());
      }
    }
    return sizes;
  }

  /** Everybody goes; what is wrong with files then. */
  List<String> endAll() {
    List<String> broken = new ArrayList<>();
    for (int process : processes().keySet()) {
      exit(process);
    }
    List.copyOf(open).forEach(OpenFile::put);
    open.clear();
    for (OpenFile file : files) {
      if (file.references() != 0) {
        broken.add("references to a closed file: " + file.references());
      }
    }
    return broken;
  }

  /** Unlinks what was opened; what of it could be. */
  List<String> unlinkAll() {
    List<String> unlinked = new ArrayList<>();
    for (String path : paths) {
      try {
        mount(path).unlink(path);
        unlinked.add(path);
      } catch (ErrnoException e) {
        // Devices cannot be unlinked, and what was unlinked is gone.
      }
    }
    return unlinked;
  }
}
