// SPDX-License-Identifier: Apache-2.0

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.MapRequest;
import dev.vmarea.MemoryCalls;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.vma.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a program into an address space as execve does, without randomisation: segments mapped from
 * the file, what the file does not hold as zeroes behind them, the heap after that, the stack at
 * the top. No vdso.
 */
final class Loader {
  private static final long STACK_PAGES = 33; // one in use and 128 KiB of room
  private static final int AT_PAGESZ = 6;
  private static final int AT_ENTRY = 9;

  private final AddressSpace space;
  private final MemoryCalls calls;
  private final Cpu cpu;

  Loader(AddressSpace space, Cpu cpu) {
    this.space = space;
    this.calls = space.calls();
    this.cpu = cpu;
  }

  /** Loads it; returns the first stack pointer. */
  long load(ElfFile program, OpenFile file, List<String> arguments) throws ErrnoException {
    ProgramLayout layout = space.layout();
    layout.brk = 0;
    for (ElfFile.Segment segment : program.segments()) {
      map(segment, file);
      layout.brk = Math.max(layout.brk, segment.address() + segment.memoryBytes());
    }
    layout.brk = Pages.ceil(layout.brk);
    layout.startBrk = layout.brk;
    return makeStack(program.entry(), arguments);
  }

  private void map(ElfFile.Segment segment, OpenFile file) throws ErrnoException {
    int protection =
        ((segment.flags() & 4) != 0 ? Prot.READ : 0)
            | ((segment.flags() & 2) != 0 ? Prot.WRITE : 0)
            | ((segment.flags() & 1) != 0 ? Prot.EXEC : 0);
    long start = Pages.floor(segment.address());
    long skipped = segment.address() - start;
    long fileEnd = segment.address() + segment.fileBytes();
    long end = segment.address() + segment.memoryBytes();
    calls.mmap(
        MapRequest.file(file, segment.fileBytes() + skipped, segment.offset() - skipped)
            .fixedIfFree(start)
            .protection(protection));
    if (end > fileEnd) {
      long pageEnd = Pages.ceil(fileEnd);
      cpu.store(fileEnd, new byte[(int) (pageEnd - fileEnd)], 0, (int) (pageEnd - fileEnd));
      if (end > pageEnd) {
        calls.mmap(MapRequest.anonymous(end - pageEnd).fixedIfFree(pageEnd).protection(protection));
      }
    }
  }

  /** From the top down: strings, auxiliary vector, environment (none), arguments, their number. */
  private long makeStack(long entry, List<String> arguments) throws ErrnoException {
    ProgramLayout layout = space.layout();
    long top = space.machine().kernel().config().taskSize();
    long bytes = Pages.bytes(STACK_PAGES);
    calls.mmap(MapRequest.anonymous(bytes).fixedIfFree(top - bytes).with(MapFlags.GROWSDOWN));
    long at = top - Long.BYTES;
    List<Long> words = new ArrayList<>();
    words.add((long) arguments.size());
    layout.argEnd = at;
    for (String argument : arguments.reversed()) {
      byte[] text = (argument + '\0').getBytes(StandardCharsets.UTF_8);
      at -= text.length;
      cpu.store(at, text, 0, text.length);
      words.add(1, at);
    }
    layout.argStart = at;
    layout.envStart = layout.argEnd;
    layout.envEnd = layout.argEnd;
    words.addAll(List.of(0L, 0L)); // the ends of arguments and environment
    words.addAll(List.of((long) AT_PAGESZ, Pages.SIZE, (long) AT_ENTRY, entry, 0L, 0L));
    long stackPointer = (at - words.size() * 8L) & -16;
    for (int i = 0; i < words.size(); i++) {
      cpu.storeLong(stackPointer + i * 8L, words.get(i));
    }
    layout.startStack = stackPointer;
    return stackPointer;
  }
}
