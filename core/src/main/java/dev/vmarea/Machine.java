// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.files.HugePagePool;
import dev.vmarea.files.KernelFiles;
import dev.vmarea.files.MemoryFiles;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.mapping.SharedSegments;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Task;

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
  private final MemoryFiles files;
  private final SharedSegments segments = new SharedSegments();

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
    this(new Kernel(config, profile), backing, new HugePagePool());
  }

  private Machine(Kernel kernel) {
    this(kernel, new KernelFiles(kernel));
  }

  private Machine(Kernel kernel, KernelFiles backing) {
    this(kernel, backing, backing.hugePages());
  }

  private Machine(Kernel kernel, SharedBacking backing, HugePagePool hugePages) {
    this.kernel = kernel;
    this.backing = backing;
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

  /** Makes files to be mapped: memfds, and files of given contents. */
  public MemoryFiles files() {
    return files;
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
}
