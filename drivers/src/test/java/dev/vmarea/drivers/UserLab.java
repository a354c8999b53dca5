// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.mounts.Leftovers;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine with users on it and one process. After each step all is checked: the machine, the
 * address space, the users' own invariants. What does not hold is kept, and so is what Linux would
 * have warned of; {@link #close} tells it, together with what is left when everybody has gone.
 *
 * <p>Addresses are pages of a window, from 0 on, unless a result is an address. A result in text is
 * "ok" or a negative errno's name.
 */
public final class UserLab {
  /** Protections and kinds of mappings, as short words for tables. */
  public static final int R = Prot.READ;

  public static final int RW = Prot.READ | Prot.WRITE;
  public static final int RX = Prot.READ | Prot.EXEC;
  public static final int SHARED = MapFlags.SHARED | MapFlags.FIXED;
  public static final int PRIVATE = MapFlags.PRIVATE | MapFlags.FIXED;

  /** First byte of the window. */
  public static final long BASE = 0x100000000000L;

  private final Machine machine;
  private final MountedUsers users;
  private final Leftovers before;
  private final List<AddressSpace> spaces = new ArrayList<>();
  private final List<OpenFile> files = new ArrayList<>();
  private final Set<String> broken = new LinkedHashSet<>();
  private final Set<String> warned = new LinkedHashSet<>();
  private final AddressSpace space;
  private int notes;

  /** With these users, on a kernel of this profile; the process may do everything. */
  public UserLab(Profile profile, MountPlan plan) throws ErrnoException {
    machine = new Machine(KernelConfig.standard(), profile);
    machine.kernel().warnings(this::warned);
    machine.kernel().memory().zeroPage();
    users = plan.mount(machine);
    before = Leftovers.of(machine, users);
    space =
        machine.newAddressSpace(
            ProgramLayout.standard(KernelConfig.standard().taskSize()),
            new Task(new ResourceLimits(), -1L));
    spaces.add(space);
  }

  private void warned(KernelWarning warning) {
    if (warning.kind() == KernelWarning.Kind.NOTE) {
      notes++;
    } else {
      warned.add(warning.kind().name());
    }
  }

  /** How often Linux would have noted something in its log that is no fault. */
  public int notes() {
    return notes;
  }

  /** The machine. */
  public Machine machine() {
    return machine;
  }

  /** The process's memory. */
  public AddressSpace space() {
    return space;
  }

  /** The users. */
  public MountedUsers users() {
    return users;
  }

  /** The user at a path. */
  public UserModel user(String path) {
    UserModel user = users.at(path);
    if (user == null) {
      throw new IllegalArgumentException("nothing at " + path);
    }
    return user;
  }

  /** Checks everything; what does not hold is kept. */
  public void check() {
    check(machine::verify);
    check(users::verify);
    spaces.forEach(one -> check(one::verify));
  }

  private void check(Runnable verification) {
    try {
      verification.run();
    } catch (IllegalStateException e) {
      broken.add(String.valueOf(e.getMessage()));
    }
  }

  private <T> T step(Supplier<T> action) {
    T result = action.get();
    check();
    return result;
  }

  /** "ok" or the errno. */
  public static String text(long result) {
    Errno errno = Errno.ofResult(result);
    return errno == null ? "ok" : "-" + errno.name();
  }

  /** Opens for reading and writing. */
  public OpenFile open(String path) throws ErrnoException {
    return open(path, OpenFile.O_RDWR);
  }

  /** Opens; closed at the end if not before. */
  public OpenFile open(String path, int flags) throws ErrnoException {
    OpenFile file = machine.open(path, flags);
    files.add(file);
    check();
    return file;
  }

  /** What open says, "ok" or its error; closed at once. */
  public String tryOpen(String path, int flags) {
    try {
      close(open(path, flags));
      return "ok";
    } catch (ErrnoException e) {
      return "-" + e.errno().name();
    }
  }

  /** Closes a file that was opened here. */
  public void close(OpenFile file) {
    if (files.remove(file)) {
      file.put();
      check();
    }
  }

  /** unlink(2) in text. */
  public String unlink(String path) {
    return step(() -> {
      try {
        user(path).unlink(path);
        return "ok";
      } catch (ErrnoException e) {
        return "-" + e.errno().name();
      }
    });
  }

  /** The address of a page of the window. */
  public static long at(long page) {
    return BASE + Pages.bytes(page);
  }

  /** mmap at a page of the window; {@code flags} with MAP_FIXED, as {@link #SHARED}. */
  public String mmap(
      @Nullable OpenFile file, long page, long pages, int prot, int flags, long pgoff) {
    long bytes = Pages.bytes(pages);
    return step(
        () -> text(space.syscalls().mmap(at(page), bytes, prot, flags, file, Pages.bytes(pgoff))));
  }

  /** Private anonymous memory. */
  public String anonymous(long page, long pages) {
    return mmap(null, page, pages, RW, PRIVATE | MapFlags.ANONYMOUS, 0);
  }

  /** munmap. */
  public String munmap(long page, long pages) {
    return step(() -> text(space.syscalls().munmap(at(page), Pages.bytes(pages))));
  }

  /** mprotect. */
  public String mprotect(long page, long pages, int prot) {
    return step(() -> text(space.syscalls().mprotect(at(page), Pages.bytes(pages), prot)));
  }

  /** mremap to a page of the window (or anywhere, without MREMAP_FIXED). */
  public String mremap(long page, long pages, long newPages, int flags, long newPage) {
    return step(() ->
        text(
            space
                .syscalls()
                .mremap(at(page), Pages.bytes(pages), Pages.bytes(newPages), flags, at(newPage))));
  }

  /** Any other call that returns 0, an address, or a negative errno. */
  public String call(LongSupplier call) {
    return step(() -> text(call.getAsLong()));
  }

  /** A child with a copy of the memory; ends with {@link AddressSpace#exit}, at the latest here. */
  public AddressSpace fork() throws ErrnoException {
    AddressSpace child = space.fork(new Task(new ResourceLimits(), -1L));
    spaces.add(child);
    check();
    return child;
  }

  /** The process or a child of it ends. */
  public void exit(AddressSpace one) {
    if (spaces.remove(one)) {
      one.exit();
      check();
    }
  }

  /**
   * The byte at an offset (bytes) of the window, or the signal that reading it is answered with.
   */
  public String load(long offset) {
    return access(cpu -> Integer.toString(cpu.loadByte(BASE + offset) & 0xff));
  }

  /** Stores a byte; "ok" or the signal. */
  public String store(long offset, int value) {
    return access(cpu -> {
      cpu.storeByte(BASE + offset, (byte) value);
      return "ok";
    });
  }

  private interface MemoryAccess {
    String by(Cpu cpu);
  }

  private String access(MemoryAccess access) {
    return step(() -> {
      try (Cpu cpu = space.cpu()) {
        return access.by(cpu);
      } catch (MemoryFault fault) {
        return switch (fault.reason()) {
          case BUS -> "SIGBUS";
          case OUT_OF_MEMORY -> "OOM";
          default -> "SIGSEGV";
        };
      }
    });
  }

  /** Something happens to the user at {@code path}: "ok" or an errno. */
  public String control(String path, String words) {
    return step(() -> text(user(path).control(List.of(words.split(" ")))));
  }

  /** Runs {@code steps} while steps fail as planned. */
  public <T> T failing(FailurePlan plan, Supplier<T> steps) {
    machine.kernel().failures(plan);
    try {
      return steps.get();
    } finally {
      machine.kernel().failures(FailurePlan.NONE);
    }
  }

  /** The VMA at a page of the window, or null. */
  public @Nullable Vma vma(long page) {
    return space.lookup(at(page));
  }

  /** Pages of memory that are charged. */
  public long committed() {
    return machine.kernel().commit().committed();
  }

  /**
   * Everybody goes: processes end, files are closed, users taken away.
   *
   * @return what did not hold, what was warned of, and what is left; empty if all is well
   */
  public String close() {
    for (AddressSpace one : List.copyOf(spaces)) {
      exit(one);
    }
    for (OpenFile file : List.copyOf(files)) {
      close(file);
      if (file.references() != 0) {
        broken.add("references to a closed file: " + file.references());
      }
    }
    check();
    String left = Leftovers.of(machine, users).since(before);
    users.close();
    String last = Leftovers.of(machine, users).afterEverything();
    StringBuilder text = new StringBuilder();
    add(text, "broken", String.join("; ", broken));
    add(text, "warned", String.join(", ", warned));
    add(text, "left", left.isEmpty() ? last : left);
    return text.toString();
  }

  private static void add(StringBuilder text, String what, String value) {
    if (!value.isEmpty()) {
      text.append(" | ").append(what).append(": ").append(value);
    }
  }
}
