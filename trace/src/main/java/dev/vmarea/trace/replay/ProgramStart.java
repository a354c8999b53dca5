// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.Pages;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.evidence.LayoutField;
import dev.vmarea.vma.Vma;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the memory of a program that was just executed, from its map. */
final class ProgramStart {
  private static final int ADDR_NO_RANDOMIZE = 0x40000;
  private static final int ADDR_COMPAT_LAYOUT = 0x200000;

  /** Linux leaves at least this much, in bytes, for the stack. */
  private static final long STACK_ROOM = 128L << 20;

  private final Machine machine;
  private final FileNames names;

  ProgramStart(Machine machine, FileNames names) {
    this.machine = machine;
    this.names = names;
  }

  /**
   * The memory that {@code image} shows.
   *
   * @param task whose limits and rights {@code known} sets
   * @param known what the recorder knows of the layout, or null
   * @throws IllegalArgumentException if areas overlap
   */
  TracedMemory memory(MapImage image, Task task, @Nullable Layout known) {
    ProgramLayout layout = new ProgramLayout();
    layout.startStack = 0;
    if (known != null) {
      apply(known, layout, task);
    }
    boolean bottomUp = (task.personality() & ADDR_COMPAT_LAYOUT) != 0;
    ImageLoader loader = new ImageLoader(names, machine.kernel().config());
    loader.inferLayout(image, layout, bottomUp);
    AddressSpace space = machine.newAddressSpace(layout, task);
    for (Vma vma : loader.load(image)) {
      space.install(vma);
    }
    TracedMemory memory = TracedMemory.of(space);
    memory.vsyscall = image.vsyscall();
    memory.randomized =
        machine.kernel().config().randomize() != 0 && (task.personality() & ADDR_NO_RANDOMIZE) == 0;
    memory.heapKnown = known != null && known.get(LayoutField.START_BRK).isPresent();
    for (MapImage.Area area : image.areas()) {
      memory.edges.add(area.map().start());
      memory.edges.add(area.map().end());
    }
    return memory;
  }

  /**
   * The memory of a process in which nothing is mapped: mappings are placed below the room for a
   * stack of the usual limit, as in a process whose addresses are not randomised.
   */
  TracedMemory empty(Task task) {
    ProgramLayout layout = new ProgramLayout();
    long top = machine.kernel().config().taskSize();
    layout.mmapBase = top - STACK_ROOM;
    layout.legacyBase = Pages.ceil(top / 3);
    TracedMemory memory = TracedMemory.of(machine.newAddressSpace(layout, task));
    memory.randomized = false;
    return memory;
  }

  private static void apply(Layout known, ProgramLayout layout, Task task) {
    set(known, LayoutField.START_CODE, v -> layout.startCode = v);
    set(known, LayoutField.END_CODE, v -> layout.endCode = v);
    set(known, LayoutField.START_DATA, v -> layout.startData = v);
    set(known, LayoutField.END_DATA, v -> layout.endData = v);
    set(known, LayoutField.START_BRK, v -> layout.startBrk = v);
    set(known, LayoutField.START_BRK, v -> layout.brk = v);
    set(known, LayoutField.BRK, v -> layout.brk = v);
    set(known, LayoutField.START_STACK, v -> layout.startStack = v);
    set(known, LayoutField.ARG_START, v -> layout.argStart = v);
    set(known, LayoutField.ARG_END, v -> layout.argEnd = v);
    set(known, LayoutField.ENV_START, v -> layout.envStart = v);
    set(known, LayoutField.ENV_END, v -> layout.envEnd = v);
    limit(known, LayoutField.RLIMIT_STACK, ResourceLimits.RLIMIT_STACK, task);
    limit(known, LayoutField.RLIMIT_AS, ResourceLimits.RLIMIT_AS, task);
    limit(known, LayoutField.RLIMIT_DATA, ResourceLimits.RLIMIT_DATA, task);
    limit(known, LayoutField.RLIMIT_MEMLOCK, ResourceLimits.RLIMIT_MEMLOCK, task);
    set(known, LayoutField.CAPS, task::capabilities);
    set(known, LayoutField.PERSONALITY, v -> task.personality((int) v));
  }

  private static void limit(Layout known, LayoutField field, int resource, Task task) {
    set(known, field, soft -> task.limits().set(resource, soft, task.limits().hard(resource)));
  }

  private static void set(Layout known, LayoutField field, LongConsumer target) {
    OptionalLong value = known.get(field);
    value.ifPresent(target);
  }
}
