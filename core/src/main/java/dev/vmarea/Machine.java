// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.files.Mount;
import dev.vmarea.files.MountTable;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.image.ImageException;
import dev.vmarea.image.ImageReader;
import dev.vmarea.image.ImageResolver;
import dev.vmarea.image.ImageTarget;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.mapping.SharedSegments;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine: one kernel and the address spaces that share its memory. Thread-safe.
 *
 * {@snippet :
 * Machine machine = new Machine(KernelConfig.standard(), Profile.LINUX_6_18);
 * AddressSpace space = machine.newAddressSpace();
 * }
 */
public final class Machine {
  private final Kernel kernel;
  private final SharedBacking backing;
  private final HugePagePool hugePages;
  private final MemoryFiles files;
  private final SharedSegments segments;
  private final MountTable mounts = new MountTable();

  /** A machine configured so, with the rules of {@code profile} and the kernel's usual files. */
  public Machine(KernelConfig config, Profile profile) {
    this(new Kernel(config, profile));
  }

  /**
   * The same on another architecture.
   *
   * @throws IllegalArgumentException unless its pages have 4 KiB
   */
  public Machine(KernelConfig config, Profile profile, Architecture architecture) {
    this(new Kernel(config, profile, architecture));
  }

  /** A machine whose shared anonymous memory gets its files from {@code backing}. */
  public Machine(KernelConfig config, Profile profile, SharedBacking backing) {
    this(new Kernel(config, profile), backing);
  }

  private Machine(Kernel kernel) {
    this(kernel, new KernelFiles(kernel));
  }

  private Machine(Kernel kernel, KernelFiles backing) {
    this(kernel, backing, backing.hugePages());
  }

  private Machine(Kernel kernel, SharedBacking backing) {
    this(kernel, backing, new HugePagePool(kernel.memory(), kernel::fails, kernel::warn));
  }

  private Machine(Kernel kernel, SharedBacking backing, HugePagePool hugePages) {
    this.kernel = kernel;
    this.backing = backing;
    this.hugePages = hugePages;
    this.segments = new SharedSegments(backing);
    this.files = new MemoryFiles(kernel, hugePages);
  }

  /** What its address spaces share: configuration, profile, commit charge. */
  public Kernel kernel() {
    return kernel;
  }

  /** Where shared anonymous memory gets its files from. */
  public SharedBacking backing() {
    return backing;
  }

  /** The pages of hugetlb that its files get; none unless set. */
  public HugePagePool hugePages() {
    return hugePages;
  }

  /** Makes files to be mapped: memfds, and files of given contents. */
  public MemoryFiles files() {
    return files;
  }

  /** What lives where: paths and the devices or file systems there; empty at first. */
  public MountTable mounts() {
    return mounts;
  }

  /**
   * open(2) of what the {@link #mounts} have.
   *
   * @param path absolute
   * @param flags O_ flags, generic numbering ({@link OpenFile})
   * @return the open file, with one reference for the caller, who {@link OpenFile#put puts} it
   * @throws ErrnoException ENOENT where nothing is mounted; else what is mounted there says
   */
  public OpenFile open(String path, int flags) throws ErrnoException {
    Mount mount = mounts.find(path);
    if (mount == null) {
      throw Errno.ENOENT.failure();
    }
    return mount.open(path, flags);
  }

  /** System V shared-memory segments. */
  public SharedSegments segments() {
    return segments;
  }

  /**
   * An empty address space laid out as Linux does without randomisation ({@link
   * ProgramLayout#standard}), of a process without capabilities.
   */
  public AddressSpace newAddressSpace() {
    return newAddressSpace(ProgramLayout.standard(kernel.config().taskSize()), Task.unprivileged());
  }

  /** An empty address space with this layout, whose calls are made by {@code task}. */
  public AddressSpace newAddressSpace(ProgramLayout layout, Task task) {
    return new AddressSpace(this, new Mm(kernel, layout), task);
  }

  /**
   * Checks what address spaces share: that no page frame is mapped and free, and that each knows as
   * many references as page tables and files in memory hold; and the reservations of page frames.
   * Takes time proportional to the memory in use. Nobody may be in a call meanwhile. What is inside
   * one address space {@link AddressSpace#verify} checks.
   *
   * @throws IllegalStateException naming the first that is wrong. A frame that nobody holds was
   *     lost: by an address space that was dropped without {@link AddressSpace#exit}, or a file
   *     that was dropped with pages in memory
   */
  public void verify() {
    kernel.memory().verify();
    kernel.pfnTracking().verify();
  }

  /**
   * An address space as {@link AddressSpace#save} wrote it, whose calls are made by {@code task}.
   * The machine must have the same profile and architecture; its configuration may be another.
   *
   * @param resolver says which files take the place of the saved ones; {@link
   *     ImageResolver#REBUILD} makes them again
   * @throws ImageException for a damaged image ({@link dev.vmarea.image.ImageFormatException}) or
   *     one that does not suit the machine, its files or their drivers; nothing is left of it then
   * @throws ErrnoException ENOMEM if memory or the commit charge does not suffice, or what a driver
   *     says; the same
   * @throws IOException what the stream says; the same
   */
  public AddressSpace restore(InputStream stream, Task task, ImageResolver resolver)
      throws IOException, ErrnoException {
    return restore(stream, task, resolver, false);
  }

  private AddressSpace restore(InputStream stream, Task task, ImageResolver resolver, boolean last)
      throws IOException, ErrnoException {
    ImageTarget target = new ImageTarget(kernel, backing, segments);
    return new AddressSpace(this, ImageReader.read(stream, target, resolver, last), task);
  }

  /** The same from a file. */
  public AddressSpace restore(Path file, Task task, ImageResolver resolver)
      throws IOException, ErrnoException {
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
      return restore(stream, task, resolver, true);
    }
  }
}
