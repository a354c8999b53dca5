// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.Machine;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Audited;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.ground.Grounded;
import dev.vmarea.memory.DeviceBytes;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MappedArea;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A frame buffer of four pages, mapped uncached, with a count of its mappings; once it is unplugged
 * it cannot be mapped any more. Its old hook, and three attempts at a port. docs/porting.md walks
 * through them:
 *
 * <pre>./vmarea check --with examples/porting/FrameBuffer.java</pre>
 */
abstract class FrameBuffer implements VmOperations, Audited, Grounded {
  private static final long FIRST_PFN = 0xd0000;
  private static final long PAGES = 4;

  private final Machine machine;
  private final AtomicLong users = new AtomicLong();
  private volatile boolean unplugged;

  /** Module init: the card answers at its page frames. */
  FrameBuffer(Machine machine) {
    this.machine = machine;
    machine
        .kernel()
        .memory()
        .attach(new PfnRange(FIRST_PFN, FIRST_PFN + PAGES), new DeviceBytes(PAGES << 12));
  }

  /** Module exit. */
  @Override
  public void unload() {
    machine.kernel().memory().detach(new PfnRange(FIRST_PFN, FIRST_PFN + PAGES));
  }

  /** What every hook checks. Offset and length are unsigned. */
  void check(HookedArea area) throws ErrnoException {
    if (unplugged) {
      throw Errno.ENODEV.failure();
    }
    if (Long.compareUnsigned(area.pgoff(), PAGES) >= 0 || area.pages() > PAGES - area.pgoff()) {
      throw Errno.EINVAL.failure();
    }
  }

  /** What every mapping is like: uncached, and no child process inherits it. */
  static void describe(HookedArea area) {
    area.pageProtection(area.pageProtection().noncached());
    area.addFlags(VmFlags.DONTCOPY);
  }

  void count() {
    users.incrementAndGet();
  }

  // ---- vm_operations_struct

  @Override
  public void open(Vma copy) {
    users.incrementAndGet(); // split, mremap
  }

  @Override
  public void close(Vma vma) {
    users.decrementAndGet();
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  // ---- what check is told

  /** The invariant: as many users as there are mappings. */
  @Override
  public void verify(Inode device) {
    Invariant.equal("users of the frame buffer", users.get(), Invariant.vmas(device, vma -> true));
  }

  @Override
  public SortedMap<String, Long> counters() {
    return new TreeMap<>(Map.of("users", users.get()));
  }

  @Override
  public long control(List<String> words) {
    if (!words.equals(List.of("unplug"))) {
      throw new IllegalArgumentException("unplug expected");
    }
    unplugged = true;
    return 0;
  }

  @Override
  public List<Ground> grounds(String path) {
    return List.of(Ground.of(path, PAGES).events(new Act.Control(path, "unplug")));
  }

  // ---- the hooks

  /** The old hook: its VMA is there, and nothing fails behind it. */
  static final class Legacy extends FrameBuffer implements LegacyMmap {
    Legacy(Machine machine) {
      super(machine);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      check(vma);
      describe(vma);
      vma.remapPfnRange(vma.start(), FIRST_PFN + vma.pgoff(), vma.size(), vma.pageProtection());
      vma.vmOps(this);
      count();
    }
  }

  /** Line by line from the old hook: counts too early, forgets DONTCOPY and the offset. */
  static final class FirstPort extends FrameBuffer implements MmapPrepare {
    FirstPort(Machine machine) {
      super(machine);
    }

    @Override
    void check(HookedArea area) throws ErrnoException {
      if (area.pages() > PAGES) {
        throw Errno.EINVAL.failure();
      }
    }

    @Override
    public void mmapPrepare(VmaDescriptor desc) throws ErrnoException {
      check(desc);
      desc.pageProtection(desc.pageProtection().noncached());
      desc.vmOps(this);
      desc.remapFull(FIRST_PFN + desc.pgoff());
      count();
    }
  }

  /** Counts in mapped; but close comes also when the action fails, and mapped then does not. */
  static final class SecondPort extends FrameBuffer implements MmapPrepare {
    SecondPort(Machine machine) {
      super(machine);
    }

    @Override
    public void mmapPrepare(VmaDescriptor desc) throws ErrnoException {
      check(desc);
      describe(desc);
      desc.vmOps(this);
      desc.remapFull(FIRST_PFN + desc.pgoff());
    }

    @Override
    public void mapped(MappedArea area) {
      count();
    }
  }

  /** Remembers in the private data of each VMA that it is counted. */
  static final class Port extends FrameBuffer implements MmapPrepare {
    private static final Object COUNTED = "counted";

    Port(Machine machine) {
      super(machine);
    }

    @Override
    public void mmapPrepare(VmaDescriptor desc) throws ErrnoException {
      check(desc);
      describe(desc);
      desc.vmOps(this);
      desc.remapFull(FIRST_PFN + desc.pgoff());
    }

    @Override
    public void mapped(MappedArea area) {
      count();
      area.privateData(COUNTED);
    }

    @Override
    public void close(Vma vma) {
      if (vma.privateData() != null) {
        super.close(vma);
      }
    }
  }
}
