// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.abi.DescriptorTable;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.files.Mount;
import dev.vmarea.host.system.FileIdentity;
import dev.vmarea.mapping.SegmentOperation;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the calls of a case on a machine of the model. */
final class ModelSide implements AutoCloseable {
  private final Machine machine;
  private final ModelMounts mounts;
  private final Operands operands = new Operands();
  private final List<Actor> processes = new ArrayList<>();
  private int current;
  private int hugetlbMajor;
  private int hugetlbMinor;

  private record Actor(AddressSpace space, Cpu cpu, DescriptorTable descriptors) {
    void end() {
      cpu.close();
      space.exit();
      descriptors.closeAll();
    }
  }

  /** One process with that memory, and nothing open. */
  ModelSide(Machine machine, ModelColumn column, AddressSpace space) throws ErrnoException {
    this.machine = machine;
    this.mounts = new ModelMounts(machine, column, machine.kernel().config().defaultHugePageSize());
    processes.add(new Actor(space, space.cpu(), new DescriptorTable()));
  }

  AddressSpace space() {
    return processes.get(current).space;
  }

  AddressSpace space(int number) {
    return processes.get(number).space;
  }

  Machine machine() {
    return machine;
  }

  /** Gives the file behind a descriptor the numbers that the kernel's has. */
  void identify(long descriptor, long major, long minor, long inode) {
    OpenFile file = processes.get(current).descriptors.get((int) descriptor);
    if (file != null) {
      file.inode().identify((int) major, (int) minor, inode);
    }
  }

  /** Tells the device of the kernel's own mount of hugetlbfs, which it has made up. */
  void hugetlbDevice(FileIdentity file) {
    hugetlbMajor = (int) file.deviceMajor();
    hugetlbMinor = (int) file.deviceMinor();
  }

  private void numberSegment(int id) {
    SharedSegment segment = machine.segments().find(id);
    if (segment != null) {
      segment.inode().identify(hugetlbMajor, hugetlbMinor, id);
    }
  }

  Answer run(UserCall call) {
    Answer answer;
    try {
      answer = make(call);
    } catch (ErrnoException refused) {
      answer = Answer.of(refused.errno().negated());
    }
    operands.keep(call, answer.value());
    return answer;
  }

  /** Checks everything that must hold between two calls. */
  void verify() {
    mounts.verify();
    machine.verify();
  }

  private long number(UserCall call, int index) {
    return operands.number(call, index);
  }

  private int word(UserCall call, int index) {
    return (int) operands.number(call, index);
  }

  private Answer make(UserCall call) throws ErrnoException {
    Syscalls calls = space().syscalls();
    return switch (call.name()) {
      case "load" -> access(number(call, 0), false, (byte) 0);
      case "store" -> access(number(call, 0), true, (byte) number(call, 1));
      case "fork" -> fork();
      case "switch" -> {
        current = word(call, 0);
        yield Answer.of(0);
      }
      case "exit" -> {
        processes.remove(current).end();
        current = 0;
        yield Answer.of(0);
      }
      case "mmap" ->
          Answer.of(
              calls.mmap(
                  number(call, 0),
                  number(call, 1),
                  word(call, 2),
                  word(call, 3),
                  processes.get(current).descriptors.get(word(call, 4)),
                  number(call, 5)));
      case "munmap" -> Answer.of(calls.munmap(number(call, 0), number(call, 1)));
      case "mprotect" -> Answer.of(calls.mprotect(number(call, 0), number(call, 1), word(call, 2)));
      case "mremap" -> Answer.of(remap(calls, call));
      case "madvise" -> Answer.of(calls.madvise(number(call, 0), number(call, 1), word(call, 2)));
      case "mlock" -> Answer.of(calls.mlock(number(call, 0), number(call, 1)));
      case "munlock" -> Answer.of(calls.munlock(number(call, 0), number(call, 1)));
      case "msync" -> Answer.of(calls.msync(number(call, 0), number(call, 1), word(call, 2)));
      case "remap_file_pages" ->
          Answer.of(
              calls.remapFilePages(
                  number(call, 0), number(call, 1), word(call, 2), number(call, 3), word(call, 4)));
      case "shmget" -> {
        long id = calls.shmget(word(call, 0), number(call, 1), word(call, 2));
        if (id >= 0 && (word(call, 2) & SegmentOperation.SHM_HUGETLB) != 0) {
          numberSegment((int) id);
        }
        yield Answer.of(id);
      }
      case "shmat" -> Answer.of(calls.shmat(word(call, 0), number(call, 1), word(call, 2)));
      case "shmdt" -> Answer.of(calls.shmdt(number(call, 0)));
      case "shmctl" -> Answer.of(calls.shmctlRemove(word(call, 0)));
      case "setrlimit" ->
          Answer.of(calls.setrlimit(word(call, 0), number(call, 1), number(call, 2)));
      case "drop_capabilities" -> {
        space().task().capabilities(0);
        yield Answer.of(0);
      }
      default -> Answer.of(onFiles(call));
    };
  }

  private long remap(Syscalls calls, UserCall call) {
    long target = call.arguments().size() > 4 ? number(call, 4) : 0;
    return calls.mremap(number(call, 0), number(call, 1), number(call, 2), word(call, 3), target);
  }

  private long onFiles(UserCall call) throws ErrnoException {
    switch (call.name()) {
      case "open" -> {
        return install(machine.open(call.text(0), word(call, 1)));
      }
      case "memfd_create" -> {
        return install(memfd(call.text(0), word(call, 1)));
      }
      case "memfd_secret" -> {
        int flags = word(call, 0);
        Mount mount = machine.mounts().find("secretmem:");
        MemoryFiles.checkSecretFlags(flags);
        return install(
            mount == null
                ? machine.files().secret(flags)
                : mount.open("secretmem:", OpenFile.O_RDWR));
      }
      case "mount" -> mounts.mount(call.text(0), call.text(1), call.text(2));
      case "unlink" -> unlink(call.text(0));
      case "mkdir" -> {} // folders are not kept
      case "close" -> processes.get(current).descriptors.close(word(call, 0));
      case "ftruncate" -> file(call).truncate(number(call, 1));
      case "fallocate" -> punch(file(call), number(call, 2), number(call, 3));
      case "add_seals" -> FileSeals.add(file(call), word(call, 1));
      default -> throw new IllegalArgumentException("the model has no call " + call);
    }
    return 0;
  }

  private long install(OpenFile file) throws ErrnoException {
    return processes.get(current).descriptors.install(file, false);
  }

  /** Of the series' model of tmpfs, where it is mounted and the memfd is none of huge pages. */
  private OpenFile memfd(String name, int flags) throws ErrnoException {
    Mount mount = machine.mounts().find("memfd:");
    if (mount == null || (flags & MemoryFiles.MFD_HUGETLB) != 0) {
      return machine.files().memfd(name, flags);
    }
    MemoryFiles.checkMemfdFlags(flags);
    OpenFile file = mount.open("memfd:" + name, OpenFile.O_RDWR);
    file.inode().seals(MemoryFiles.firstSeals(flags));
    return file;
  }

  private void unlink(String path) throws ErrnoException {
    Mount mount = machine.mounts().find(path);
    if (mount == null) {
      throw Errno.ENOENT.failure();
    }
    mount.unlink(path);
  }

  private OpenFile file(UserCall call) throws ErrnoException {
    @Nullable OpenFile file = processes.get(current).descriptors.get(word(call, 0));
    if (file == null) {
      throw Errno.EBADF.failure();
    }
    return file;
  }

  private static void punch(OpenFile file, long offset, long length) throws ErrnoException {
    Inode inode = file.inode();
    if (!file.isWritable()) {
      throw Errno.EBADF.failure();
    }
    Errno refused =
        file.operations() == null ? Errno.EOPNOTSUPP : file.operations().punchHole(file);
    if (refused != null) {
      throw refused.failure();
    }
    inode.punchHole(Pages.count(offset), Pages.count(offset + length));
  }

  private Answer access(long address, boolean store, byte value) {
    Cpu cpu = processes.get(current).cpu;
    try {
      if (store) {
        cpu.storeByte(address, value);
        return Answer.of(0);
      }
      return Answer.of(cpu.loadByte(address) & 0xff);
    } catch (MemoryFault fault) {
      return Answer.signal(fault.reason().signal(), fault.reason().code(), fault.address());
    }
  }

  private Answer fork() throws ErrnoException {
    Actor parent = processes.get(current);
    AddressSpace child = parent.space.fork(parent.space.task().copy());
    processes.add(new Actor(child, child.cpu(), parent.descriptors.copy()));
    current = processes.size() - 1;
    return Answer.of(0);
  }

  /** All processes end, and with their namespaces segments and what they have mounted. */
  @Override
  public void close() {
    processes.forEach(Actor::end);
    processes.clear();
    machine.segments().all().forEach(SharedSegment::remove);
    mounts.close();
  }
}
