// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.files.FileContents;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Scenarios of memfd_secret. */
public final class SecretmemScenarios {
  private static final String FILE = SecretmemKind.INSTANCE.usualPath();

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          row(
                  "T21",
                  "more than may be locked",
                  lab -> {
                    limit(lab, 2);
                    OpenFile file = file(lab, 3);
                    String mapped = lab.mmap(file, 0, 3, RW, SHARED, 0);
                    String less = lab.mmap(file, 4, 2, RW, SHARED, 0);
                    String third = lab.mmap(file, 8, 1, RW, SHARED, 2);
                    return String.join(
                        ", ",
                        mapped,
                        less,
                        third,
                        lab.store(4 << 12, 1),
                        lab.store(5 << 12, 1),
                        lab.store(8 << 12, 1));
                  })
              .legacy("-EAGAIN, ok, -EAGAIN, ok, ok, SIGSEGV")
              .posted("-EAGAIN, ok, -EAGAIN, ok, ok, SIGSEGV")
              .correct("ok, ok, ok, ok, ok, SIGBUS"),
          // In the later variant the limit is the user's: a child counts with its parent.
          row(
                  "T21b",
                  "a child's pages count, too, until the file is released",
                  lab -> {
                    OpenFile file = file(lab, 3);
                    lab.mmap(file, 0, 3, RW, SHARED, 0);
                    String first = lab.store(0, 1);
                    AddressSpace child = lab.fork();
                    limit(lab, 1);
                    String mine = lab.load(0);
                    String second = lab.store(4096, 1);
                    lab.exit(child);
                    lab.munmap(0, 3);
                    long held = lab.user(FILE).counters().get("locked pages");
                    lab.close(file);
                    long left = lab.user(FILE).counters().get("locked pages");
                    return String.join(", ", first, mine, second, held + " held", left + " left");
                  })
              .legacy("ok, 1, ok, 0 held, 0 left")
              .posted("ok, 1, ok, 0 held, 0 left")
              .correct("ok, 1, SIGBUS, 1 held, 0 left"),
          row(
                  "2.6a",
                  "private, and too much at once: private is looked at first",
                  lab -> {
                    limit(lab, 2);
                    OpenFile file = file(lab, 3);
                    return lab.mmap(file, 0, 1, R, PRIVATE, 0)
                        + ", "
                        + lab.mmap(file, 0, 3, RW, PRIVATE, 0);
                  })
              .legacy("-EINVAL, -EINVAL")
              .posted("-EINVAL, -EINVAL | left: charge +3") // G5
              .correct("-EINVAL, -EINVAL"),
          row(
                  "2.6b",
                  "flags and locked pages",
                  lab -> {
                    OpenFile file = file(lab, 2);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    Vma vma = lab.vma(0);
                    boolean locked = vma != null && vma.has(VmFlags.LOCKED);
                    boolean dumped = vma == null || !vma.has(VmFlags.DONTDUMP);
                    return (locked ? "locked, " : "not locked, ")
                        + (dumped ? "dumped" : "not dumped");
                  })
              .legacy("locked, not dumped")
              .posted("locked, not dumped")
              .correct("not locked, not dumped"),
          row(
                  "2.6c",
                  "a size can be set once",
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    String empty = lab.load(0);
                    return String.join(
                        ", ",
                        empty,
                        size(file, 4096),
                        size(file, 8192),
                        size(file, 0),
                        lab.store(0, 3),
                        lab.load(4096));
                  })
              .all("SIGBUS, ok, -EINVAL, -EINVAL, ok, SIGBUS"),
          row(
                  "2.6d",
                  "calls do not reach the bytes; a page comes back full of zeroes",
                  lab -> {
                    OpenFile file = file(lab, 1);
                    lab.mmap(file, 0, 1, RW, SHARED, 0);
                    lab.store(0, 77);
                    String read =
                        text(() ->
                            new FileContents(file.inode(), lab.machine().kernel().memory())
                                .read(0, new byte[1], 0, 1));
                    String written =
                        text(() ->
                            file.inode().store(lab.machine().kernel().memory(), 0, new byte[1]));
                    KernelPage page = page(lab, file);
                    byte seen = page.contents().get(ValueLayout.JAVA_BYTE, 0);
                    lab.munmap(0, 1);
                    lab.close(file);
                    byte left = page.contents().get(ValueLayout.JAVA_BYTE, 0);
                    return String.join(
                        ", ",
                        read,
                        written,
                        seen + " seen",
                        left + " left",
                        page.references() + " refs");
                  })
              .all("-EINVAL, -EINVAL, 77 seen, 0 left, 0 refs"),
          row("2.6e", "not enabled", lab -> lab.tryOpen(FILE, 0))
              .with("enabled", "no")
              .all("-ENOSYS"),
          row(
                  "2.6f",
                  "users are open files, mappings included",
                  lab -> {
                    OpenFile file = file(lab, 1);
                    long one = users(lab);
                    OpenFile other = lab.open(FILE);
                    long two = users(lab);
                    lab.mmap(file, 0, 1, RW, SHARED, 0);
                    lab.close(file);
                    lab.close(other);
                    long mapped = users(lab);
                    lab.munmap(0, 1);
                    return one + ", " + two + ", " + mapped + ", " + users(lab);
                  })
              .all("1, 2, 1, 0"),
          // Flags that an old hook sets come after the only attempt to merge that the core makes;
          // Linux
          // of 6.12 tries once more with the new flags.
          row(
                  "2.6g",
                  "two mappings side by side merge",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    lab.mmap(file, 2, 2, RW, SHARED, 2);
                    Vma vma = lab.vma(0);
                    return vma != null && vma.pages() == 4 ? "one VMA" : "two VMAs";
                  })
              .legacy("two VMAs")
              .posted("one VMA")
              .correct("one VMA"));

  private SecretmemScenarios() {}

  private interface Change {
    void make() throws ErrnoException;
  }

  private static Scenario row(String id, String what, Scenario.Steps steps) {
    return Scenario.of(id, what, SecretmemKind.INSTANCE, steps);
  }

  private static OpenFile file(UserLab lab, long pages) throws ErrnoException {
    OpenFile file = lab.open(FILE);
    file.truncate(pages << 12);
    return file;
  }

  private static String size(OpenFile file, long bytes) {
    return text(() -> file.truncate(bytes));
  }

  private static String text(Change change) {
    try {
      change.make();
      return "ok";
    } catch (ErrnoException e) {
      return UserLab.text(e.errno().negated());
    }
  }

  /** From now on the process may lock so many pages, and no capability helps it. */
  private static void limit(UserLab lab, long pages) {
    lab.space().task().capabilities(0);
    lab.space().task().limits().set(ResourceLimits.RLIMIT_MEMLOCK, pages << 12, pages << 12);
  }

  /** The first page of a file; an error if it is not in memory. */
  private static KernelPage page(UserLab lab, OpenFile file) throws ErrnoException {
    long frame = file.inode().pageCache().frame(0);
    if (frame < 0) {
      throw Errno.EFAULT.failure();
    }
    return new KernelPage(lab.machine().kernel().memory(), frame);
  }

  private static long users(UserLab lab) {
    return lab.user(FILE).counters().get("secretmem_users");
  }
}
