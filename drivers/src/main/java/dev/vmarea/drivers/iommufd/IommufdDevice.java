// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Amount;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** {@code /dev/iommu}. */
public final class IommufdDevice implements UserModel {
  private static final FileSystem DEVTMPFS = new FileSystem("devtmpfs", false, false);

  private final Kernel kernel;
  private final Variant variant;
  private final Function<IommufdContext, IommufdFile> hooks;
  private final MmioWindow window;
  private final Steps steps = new Steps();
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVTMPFS);
  private final List<IommufdContext> contexts = new ArrayList<>(); // guarded by this

  IommufdDevice(
      Kernel kernel,
      Variant variant,
      Function<IommufdContext, IommufdFile> hooks,
      MmioWindow window) {
    this.kernel = kernel;
    this.variant = variant;
    this.hooks = hooks;
    this.window = window;
  }

  @Override
  public UserKind kind() {
    return IommufdKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  /** {@inheritDoc} Each open makes a context of its own. */
  @Override
  public synchronized OpenFile open(String path, int flags) {
    IommufdContext context = new IommufdContext(kernel, steps, window);
    contexts.add(context);
    return new OpenFile(inode, new DirectoryEntry(path), flags, hooks.apply(context));
  }

  /** The context that the {@code number}th open has made, from 1 on. */
  public synchronized IommufdContext context(int number) {
    return contexts.get(number - 1);
  }

  private synchronized int newest() {
    return contexts.size();
  }

  /**
   * What programs do with the context that was opened last, or with that of the Nth open if
   * "context N" stands before it. "region FROM LENGTH": a new object and its region, so many bytes
   * of the device's memory, from that byte on; the result is the offset for mmap. "destroy ID": the
   * object with this number and its region; in two parts "destroy-begin ID" and "destroy-end ID".
   * "replace ID FROM LENGTH": the object goes, and a new one with its region takes its place; the
   * result is the offset again. "hold ID", "unhold ID": another object depends on it, or does so no
   * more.
   */
  @Override
  public long control(List<String> words) {
    boolean chosen = words.size() > 2 && words.getFirst().equals("context");
    int number = chosen ? Integer.parseInt(words.get(1)) : newest();
    if (number < 1 || number > newest() || context(number).isReleased()) {
      return Errno.EBADF.negated();
    }
    try {
      return control(context(number), chosen ? words.subList(2, words.size()) : words);
    } catch (ErrnoException refused) {
      return refused.errno().negated();
    }
  }

  private long control(IommufdContext context, List<String> words) throws ErrnoException {
    if (words.size() == 3 && words.getFirst().equals("region")) {
      return context.addRegion(
          Amount.parse("from", words.get(1)), Amount.parse("length", words.get(2)));
    }
    if (words.size() == 4 && words.getFirst().equals("replace")) {
      context.destroy((int) Amount.parse("id", words.get(1)));
      return context.addRegion(
          Amount.parse("from", words.get(2)), Amount.parse("length", words.get(3)));
    }
    if (words.size() != 2) {
      return UserModel.super.control(words);
    }
    int id = (int) Amount.parse("id", words.get(1));
    switch (words.getFirst()) {
      case "destroy" -> context.destroy(id);
      case "destroy-begin" -> context.beginDestruction(id);
      case "destroy-end" -> context.endDestruction(id);
      case "hold" -> context.hold(id);
      case "unhold" -> context.unhold(id);
      default -> {
        return UserModel.super.control(words);
      }
    }
    return 0;
  }

  /** {@inheritDoc} The steps are those of mmap and of destructions. */
  @Override
  public void observe(StepObserver observer) {
    steps.observe(observer);
  }

  @Override
  public synchronized void verify() {
    contexts.forEach(context -> new ContextInvariants(context, inode).verify());
  }

  @Override
  public synchronized SortedMap<String, Long> counters() {
    SortedMap<String, Long> counters = new TreeMap<>();
    counters.put("objects", contexts.stream().mapToLong(one -> one.objects().size()).sum());
    counters.put("regions", contexts.stream().mapToLong(one -> one.regions().all().size()).sum());
    return counters;
  }

  /** {@inheritDoc} Contexts live as long as their files. */
  @Override
  public void close() {}
}
