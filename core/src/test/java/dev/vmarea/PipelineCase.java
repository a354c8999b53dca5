// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Difference;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to map a test device: which kernel, which caller, what lies in the range and beside it.
 * {@link #makeReady} builds the state before the call; the page numbers count from a base address.
 *
 * @param shared shared, or private and writable, which is charged
 */
record PipelineCase(
    Profile profile, Caller caller, Around around, TestDevice.Kind kind, boolean shared) {
  static final long BASE = 0x100000000000L;
  static final long FIRST = 4;
  static final long END = 8;

  /** Who calls the hook. */
  enum Caller {
    MMU,
    NO_MMU,
    COMPAT,
    LEGACY
  }

  /** What is there before. */
  enum Around {
    NOTHING,
    LEFT,
    RIGHT,
    BOTH,
    OVER_WHOLE,
    OVER_PART,
    OVER_TWO,
    OVER_DEVICE;

    boolean isOver() {
      return ordinal() >= OVER_WHOLE.ordinal();
    }
  }

  boolean exists() {
    // Without an MMU nothing merges, and nothing but what follows a hook differs.
    boolean noMmuMatters =
        (kind == TestDevice.Kind.REMAP || kind == TestDevice.Kind.SUCCESS_HOOK)
            && (around == Around.NOTHING || around.isOver() && around != Around.OVER_DEVICE);
    return kind.existsIn(profile)
        && (caller != Caller.NO_MMU || noMmuMatters)
        && (caller != Caller.LEGACY || kind != TestDevice.Kind.SUCCESS_HOOK);
  }

  /** Whether the call is expected to extend a neighbour. */
  boolean merges() {
    boolean beside = around == Around.LEFT || around == Around.RIGHT || around == Around.BOTH;
    return beside && (kind == TestDevice.Kind.PLAIN || kind == TestDevice.Kind.CLOSING);
  }

  boolean isAccountable() {
    return !shared;
  }

  boolean hasAction() {
    return kind == TestDevice.Kind.REMAP || kind == TestDevice.Kind.IO_REMAP;
  }

  boolean has(Difference difference) {
    return profile.has(difference);
  }

  /** A machine in the state before the call. */
  Ready makeReady() {
    Architecture architecture = caller == Caller.NO_MMU ? Architecture.NOMMU : Architecture.X86_64;
    Machine machine = new Machine(KernelConfig.standard(), profile, architecture);
    ProgramLayout layout = new ProgramLayout();
    layout.mmapBase = 0x7ffff7fff000L;
    layout.legacyBase = 0x2aaaaaaab000L;
    AddressSpace space = machine.newAddressSpace(layout, new Task(new ResourceLimits(), -1L));
    Ready ready = new Ready(machine, space, new TestDevice(kind));
    ready.prepare(this);
    return ready;
  }

  /** A machine and a device, ready for the call. */
  static final class Ready {
    final Machine machine;
    final AddressSpace space;
    final TestDevice device;
    final List<OpenFile> handles = new ArrayList<>();
    private OpenFile mapped;

    Ready(Machine machine, AddressSpace space, TestDevice device) {
      this.machine = machine;
      this.space = space;
      this.device = device;
      OpenFile file = device.open();
      handles.add(file);
      this.mapped = file;
    }

    private void prepare(PipelineCase one) {
      if (one.caller == Caller.LEGACY) {
        mapped = device.openLegacy();
        handles.add(mapped);
      } else if (one.caller == Caller.COMPAT) {
        mapped = device.stackedOn(mapped);
        handles.add(mapped);
      }
      switch (one.around) {
        case NOTHING -> {}
        case LEFT -> map(one, 0, FIRST);
        case RIGHT -> map(one, END, 12);
        case BOTH -> {
          map(one, 0, FIRST);
          map(one, END, 12);
        }
        case OVER_WHOLE -> anonymous(FIRST, END, Prot.READ | Prot.WRITE);
        case OVER_PART -> anonymous(2, 10, Prot.READ | Prot.WRITE);
        case OVER_TWO -> {
          anonymous(2, 6, Prot.READ | Prot.WRITE);
          anonymous(6, 9, Prot.READ);
        }
        case OVER_DEVICE -> map(one, FIRST, END);
      }
    }

    /** mmap of the device at pages [first, end), at the page offset of its first page. */
    long map(PipelineCase one, long first, long end) {
      int type = one.shared ? MapFlags.SHARED : MapFlags.PRIVATE;
      return space
          .syscalls()
          .mmap(
              BASE + Pages.bytes(first),
              Pages.bytes(end - first),
              Prot.READ | Prot.WRITE,
              type | MapFlags.FIXED,
              mapped,
              Pages.bytes(first));
    }

    private void anonymous(long first, long end, int prot) {
      space
          .syscalls()
          .mmap(
              BASE + Pages.bytes(first),
              Pages.bytes(end - first),
              prot,
              MapFlags.PRIVATE | MapFlags.ANONYMOUS | MapFlags.FIXED,
              null,
              0);
    }

    long call(PipelineCase one, FailurePlan plan) {
      machine.kernel().failures(plan);
      try {
        return map(one, FIRST, END);
      } finally {
        machine.kernel().failures(FailurePlan.NONE);
      }
    }

    List<Vma> inRange() {
      return space.mm().tree().overlap(start(), end()) == null ? List.of() : overlapping();
    }

    private List<Vma> overlapping() {
      List<Vma> found = new ArrayList<>();
      for (Vma vma : space.vmas()) {
        if (vma.start() < end() && vma.end() > start()) {
          found.add(vma);
        }
      }
      return found;
    }

    static long start() {
      return BASE + Pages.bytes(FIRST);
    }

    static long end() {
      return BASE + Pages.bytes(END);
    }

    long committed() {
      return machine.kernel().commit().committed();
    }

    /** Charged pages inside the range. */
    long accountedInRange() {
      long pages = 0;
      for (Vma vma : inRange()) {
        if (vma.has(VmFlags.ACCOUNT)) {
          pages += Pages.count(Math.min(vma.end(), end()) - Math.max(vma.start(), start()));
        }
      }
      return pages;
    }

    /** What each page of the whole neighbourhood shows, whatever VMAs it is cut into. */
    List<String> pages() {
      List<String> pages = new ArrayList<>();
      for (long page = 0; page < 14; page++) {
        Vma vma = space.lookup(BASE + Pages.bytes(page));
        pages.add(
            vma == null
                ? "-"
                : VmFlags.mnemonics(vma.flags())
                    + (vma.file() == null ? "" : vma.file().entry().path())
                    + vma.pgoffAt(BASE + Pages.bytes(page)));
      }
      return pages;
    }
  }
}
