// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import dev.vmarea.Machine;
import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.drivers.Steps;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.UserModel;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.region.AttachedMemory;
import dev.vmarea.drivers.region.PfnWindow;
import dev.vmarea.drivers.region.SparseBytes;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** The device: one inode for all who open it, so that a revocation finds every mapping. */
public final class MemDevice implements UserModel {
  /** O_ flag, generic numbering: stores reach the device before the next access. */
  public static final int O_DSYNC = 010000;

  /** The step of a revocation between the claim and the unmapping. */
  static final String CLAIMED = "mem.revoke.claimed";

  private static final FileSystem DEVTMPFS = new FileSystem("devtmpfs", false, false);
  private static final int MAJOR = 1;
  private static final int MINOR = 1;

  private final Machine machine;
  private final Variant variant;
  private final MemKind.Settings settings;
  private final IomemClaims claims;
  private final AttachedMemory memory;
  private final Steps steps = new Steps();
  private final Inode inode = new Inode(Inode.Type.CHARACTER_DEVICE, DEVTMPFS);

  MemDevice(Machine machine, Variant variant, MemKind.Settings settings) {
    this.machine = machine;
    this.variant = variant;
    this.settings = settings;
    this.claims =
        new IomemClaims(machine.kernel().memory(), settings.strict(), settings.exclusive());
    this.memory = new AttachedMemory(machine.kernel().memory());
    settings.device().forEach(range -> memory.attach(range, new SparseBytes()));
    inode.identify(MAJOR, MINOR, 0);
  }

  @Override
  public UserKind kind() {
    return MemKind.INSTANCE;
  }

  @Override
  public Variant variant() {
    return variant;
  }

  Steps steps() {
    return steps;
  }

  @Override
  public void observe(StepObserver observer) {
    steps.observe(observer);
  }

  Architecture architecture() {
    return machine.kernel().architecture();
  }

  /** All physical addresses. */
  PfnWindow window() {
    return new PfnWindow(0, 1L << (settings.physicalBits() - Pages.SHIFT));
  }

  boolean isAllowed(long pfn, long bytes) {
    return claims.isAllowed(pfn, Pages.count(bytes));
  }

  boolean isRam(long pfn, long pages) {
    return machine.kernel().memory().isAllRam(pfn, pages);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EPERM for who lacks CAP_SYS_RAWIO, or under lockdown
   */
  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    if (!settings.mayOpen()) {
      throw Errno.EPERM.failure();
    }
    MemFile file =
        switch (variant.name()) {
          case MemKind.LEGACY -> new MemFile.Legacy(this, flags);
          case MemKind.POSTED -> new MemFile.Posted(this, flags);
          case MemKind.HIDDEN -> new MemFile.Hidden(this, flags);
          default -> new MemFile.Own(this, flags);
        };
    return new OpenFile(inode, new DirectoryEntry(path), flags, file);
  }

  /** "revoke START-END", bytes: a driver claims a range for itself, and it is unmapped. */
  @Override
  public long control(List<String> words) {
    if (words.size() != 2 || !words.getFirst().equals("revoke")) {
      return UserModel.super.control(words);
    }
    revoke(PfnWindow.parse(words.get(1)).frames());
    return 0;
  }

  /**
   * A driver claims frames for itself ({@code revoke_iomem}): from now on they must not be mapped,
   * and mappings that others can find lose them, private copies included. Where all may be mapped
   * nothing is taken away. Takes the locks of address spaces; not from inside a hook whose mapping
   * can be found.
   */
  public void revoke(PfnRange range) {
    claims.claim(range);
    steps.reached(CLAIMED);
    if (settings.strict()) {
      inode.reverseMap().unmapPages(range.start(), range.end(), true);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>All mappings are of page frames, cannot grow and are in no core dump, and show the physical
   * addresses that their offsets say.
   */
  @Override
  public void verify() {
    long wrong =
        Invariant.vmas(
            inode,
            vma -> !vma.has(VmFlags.REMAP_FLAGS) || !window().contains(vma.pgoff(), vma.pages()));
    Invariant.equal("mappings that are not of page frames", wrong, 0);
  }

  @Override
  public void close() {
    memory.detach();
  }
}
