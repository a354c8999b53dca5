// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Amount;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.region.WholeBuffer;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code /sys/kernel/debug/kcov}. */
public final class KcovDevice implements UserModel {
  private static final FileSystem DEBUGFS = new FileSystem("debugfs", false, false);
  private static final int FIRST_TASK = 1;

  private record Opened(Kcov kcov, OpenFile file) {}

  private final Variant variant;
  private final Function<Kcov, KcovFile> hooks;
  private final Supplier<Kcov> kcovs;

  /** A regular file in Linux; but of a kind that has no pages of its own. */
  private final Inode inode = new Inode(Inode.Type.OTHER, DEBUGFS);

  private final List<Opened> opened = new ArrayList<>(); // guarded by this

  KcovDevice(Variant variant, Supplier<Kcov> kcovs, Function<Kcov, KcovFile> hooks) {
    this.variant = variant;
    this.kcovs = kcovs;
    this.hooks = hooks;
  }

  @Override
  public UserKind kind() {
    return KcovKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** {@inheritDoc} Each open has a buffer of its own. */
  @Override
  public synchronized OpenFile open(String path, int flags) {
    Kcov kcov = kcovs.get();
    OpenFile file = new OpenFile(inode, new DirectoryEntry(path), flags, hooks.apply(kcov));
    opened.add(new Opened(kcov, file));
    return file;
  }

  /** What the {@code number}th open has made, from 1 on. */
  public synchronized Kcov kcov(int number) {
    return opened.get(number - 1).kcov();
  }

  /**
   * What programs do with the file that was opened last, or with that of the Nth open if "file N"
   * stands before it. "init WORDS": a buffer of so many words of 8 bytes. "enable", "disable": for
   * task 1, or with the number of a task behind it. Beside that: "trace PLACE": task 1 passes a
   * place of the kernel; "exit": task 1 ends; both, too, with another task's number behind it.
   */
  @Override
  public synchronized long control(List<String> words) {
    boolean chosen = words.size() > 2 && words.getFirst().equals("file");
    int number = chosen ? Integer.parseInt(words.get(1)) : opened.size();
    if (number < 1 || number > opened.size()) {
      return Errno.EBADF.negated();
    }
    try {
      return control(opened.get(number - 1), chosen ? words.subList(2, words.size()) : words);
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private long control(Opened one, List<String> words) throws ErrnoException {
    String what = words.getFirst();
    boolean hasNumber = what.equals("init") || what.equals("trace");
    int task = FIRST_TASK;
    int least = hasNumber ? 2 : 1;
    if (words.size() == least + 1) {
      task = (int) Amount.parse("task", words.get(least));
    } else if (words.size() != least) {
      return UserModel.super.control(words);
    }
    switch (what) {
      case "init" -> {
        refuseClosed(one);
        one.kcov().init(Amount.parse("words", words.get(1)));
      }
      case "trace" -> trace(Amount.parse("place", words.get(1)), task);
      case "enable" -> enable(one, task);
      case "disable" -> disable(one, task);
      case "exit" -> exit(task);
      default -> {
        return UserModel.super.control(words);
      }
    }
    return 0;
  }

  private void enable(Opened one, int task) throws ErrnoException {
    refuseClosed(one);
    one.kcov().enable(task, opened.stream().anyMatch(other -> other.kcov().task() == task));
  }

  private static void refuseClosed(Opened one) throws ErrnoException {
    if (one.file().references() == 0) {
      throw Errno.EBADF.failure();
    }
  }

  /** Only the task that it is enabled for. */
  private static void disable(Opened one, int task) throws ErrnoException {
    refuseClosed(one);
    if (one.kcov().task() != task) {
      throw Errno.EINVAL.failure();
    }
    one.kcov().disable();
  }

  private void exit(int task) {
    for (Opened one : opened) {
      if (one.kcov().task() == task) {
        one.kcov().disable();
      }
    }
  }

  private void trace(long place, int task) {
    for (Opened one : opened) {
      if (one.kcov().task() == task) {
        one.kcov().trace(place);
      }
    }
  }

  @Override
  public synchronized void verify() {
    for (Opened one : opened) {
      one.kcov().verify(one.file().references() > 0);
    }
    inode.reverseMap().walk(this::verify);
  }

  /** A mapping is never longer than its buffer, whose pages it shows as long as it is there. */
  private void verify(Vma vma) {
    if (vma.file() != null && vma.file().operations() instanceof KcovFile file) {
      WholeBuffer area = file.kcov().area();
      Invariant.holds(area != null && !area.isFreed(), "a mapping without a buffer");
      Invariant.holds(
          area == null || vma.length() <= area.bytes(), "a mapping longer than its buffer");
    }
  }

  @Override
  public synchronized SortedMap<String, Long> counters() {
    SortedMap<String, Long> counters = new TreeMap<>();
    counters.put("buffers", opened.stream().filter(KcovDevice::hasBuffer).count());
    return counters;
  }

  private static boolean hasBuffer(Opened one) {
    WholeBuffer area = one.kcov().area();
    return area != null && !area.isFreed();
  }

  /** {@inheritDoc} All tasks end; buffers live as long as their files. */
  @Override
  public void close() {
    quiesce();
  }

  @Override
  public synchronized void quiesce() {
    opened.stream().map(Opened::kcov).filter(kcov -> kcov.task() != 0).forEach(Kcov::disable);
  }
}
