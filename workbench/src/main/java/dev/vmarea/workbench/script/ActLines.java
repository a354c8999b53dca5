// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.script;

import dev.vmarea.base.Errno;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.trace.evidence.MemoryAccess;
import dev.vmarea.trace.evidence.UserControl;
import dev.vmarea.trace.strace.StraceWriter;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Window;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes acts and their results as lines of a script, one each. */
final class ActLines {
  private static final String MEMFD = "memfd:";
  private static final String SECRET = "secretmem:";
  private static final long CURRENT_DIRECTORY = -100;
  private static final long MODE = 0600;
  private static final long PUNCH_HOLE = 3; // FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE

  private final StraceWriter strace;
  private final Processes processes;
  private final Window window;
  private final Descriptors descriptors = new Descriptors();

  ActLines(StraceWriter strace, Processes processes, Window window) {
    this.window = window;
    this.strace = strace;
    this.processes = processes;
  }

  /** Writes the act of a step, without what fails in it. */
  void write(Step step) throws IOException {
    switch (step.plainAct()) {
      case Act.Open one -> open(one, step);
      case Act.Close one -> {
        call(processes.any(), SyscallName.CLOSE, number(step), descriptors.of(one.handle()));
        if (!step.failed()) {
          descriptors.close(one.handle());
        }
      }
      case Act.Map one ->
          call(
              one.process(),
              step,
              SyscallName.MMAP,
              window.address(one.page()),
              window.address(one.page()),
              one.bytes(),
              one.prot(),
              one.flags(),
              one.handle() == Act.ANONYMOUS ? Act.ANONYMOUS : descriptors.of(one.handle()),
              one.offset());
      case Act.Attach one ->
          call(
              one.process(),
              step,
              SyscallName.SHMAT,
              window.address(one.page()),
              one.segment(),
              window.address(one.page()),
              one.flags());
      case Act.Detach one ->
          call(one.process(), step, SyscallName.SHMDT, 0, window.address(one.page()));
      case Act.Unmap one -> range(one.process(), step, SyscallName.MUNMAP, one.page(), one.pages());
      case Act.Protect one ->
          call(
              one.process(),
              step,
              SyscallName.MPROTECT,
              0,
              window.address(one.page()),
              Pages.bytes(one.pages()),
              one.prot());
      case Act.Move one ->
          call(
              one.process(),
              step,
              SyscallName.MREMAP,
              moved(one, step),
              window.address(one.page()),
              Pages.bytes(one.pages()),
              Pages.bytes(one.newPages()),
              one.flags(),
              (one.flags() & MremapFlags.FIXED) == 0 ? 0 : window.address(one.newPage()));
      case Act.Advise one ->
          call(
              one.process(),
              step,
              SyscallName.MADVISE,
              0,
              window.address(one.page()),
              Pages.bytes(one.pages()),
              one.advice());
      case Act.Lock one -> range(one.process(), step, SyscallName.MLOCK, one.page(), one.pages());
      case Act.Unlock one ->
          range(one.process(), step, SyscallName.MUNLOCK, one.page(), one.pages());
      case Act.Fork one -> fork(one, step);
      case Act.Exit one -> {
        strace.exited(Processes.pid(one.process()), 0);
        processes.exit(one.process());
      }
      case Act.Load one -> access(one.process(), one.page(), one.at(), false, 0, step);
      case Act.Store one -> access(one.process(), one.page(), one.at(), true, one.value(), step);
      case Act.Control one ->
          strace.comment(
              new UserControl(
                  one.path(),
                  List.of(one.words().split(" ")),
                  step.threw() ? UserControl.OK : step.result()));
      case Act.Unlink one -> unlink(processes.any(), one.path(), number(step));
      case Act.Truncate one ->
          call(
              processes.any(),
              SyscallName.FTRUNCATE,
              number(step),
              descriptors.of(one.handle()),
              one.bytes());
      case Act.PunchHole one ->
          call(
              processes.any(),
              SyscallName.FALLOCATE,
              number(step),
              descriptors.of(one.handle()),
              PUNCH_HOLE,
              one.offset(),
              one.bytes());
      case Act.Write one -> pwrite(one, step);
      case Act.Failing one -> throw new IllegalArgumentException(one.toString());
    }
  }

  /** What a call returned: 0 or a negated errno. */
  private static long number(Step step) {
    return step.failed() && !step.threw() ? Errno.valueOf(step.result().substring(1)).negated() : 0;
  }

  private void open(Act.Open one, Step step) throws IOException {
    boolean refused = step.failed() && !step.threw();
    long result = refused ? number(step) : descriptors.open();
    int pid = processes.any();
    if (one.path().startsWith(SECRET)) {
      call(pid, SyscallName.MEMFD_SECRET, result, 0);
    } else if (one.path().startsWith(MEMFD)) {
      named(
          pid,
          SyscallName.MEMFD_CREATE,
          one.path().substring(MEMFD.length()),
          0,
          result,
          0,
          one.flags());
    } else {
      named(
          pid, SyscallName.OPENAT, one.path(), 1, result, CURRENT_DIRECTORY, 0, one.flags(), MODE);
    }
  }

  /** Writes an unlink. */
  void unlink(int pid, String path, long result) throws IOException {
    named(pid, SyscallName.UNLINK, path, 0, result, 0);
  }

  private void pwrite(Act.Write one, Step step) throws IOException {
    String value = "\"\\" + Integer.toOctalString(one.value() & 0xff) + "\"";
    strace.rawCall(
        processes.any(),
        "pwrite64",
        descriptors.of(one.handle()) + ", " + value + ", 1, " + one.offset(),
        step.failed() ? number(step) : 1);
  }

  private void fork(Act.Fork one, Step step) throws IOException {
    int pid = Processes.pid(one.process());
    long result = step.failed() ? number(step) : processes.fork();
    if (processes.isSharing()) {
      strace.rawCall(pid, "clone", Processes.SHARING, result);
    } else {
      call(pid, SyscallName.FORK, result);
    }
  }

  private void access(int process, long page, int at, boolean isStore, int value, Step step)
      throws IOException {
    String result = step.result();
    if (result.equals("ok")) {
      result = "0";
    } else if (result.matches("[0-9]+")) {
      result = "0x" + Integer.toHexString(Integer.parseInt(result));
    }
    strace.comment(
        new MemoryAccess(
            Processes.pid(process), window.address(page) + at, 1, isStore, value & 0xff, result));
  }

  private void range(int process, Step step, SyscallName name, long page, long pages)
      throws IOException {
    call(process, step, name, 0, window.address(page), Pages.bytes(pages));
  }

  /** A call of a process that returns {@code good} unless it is refused. */
  private void call(int process, Step step, SyscallName name, long good, long... args)
      throws IOException {
    long refused = number(step);
    call(Processes.pid(process), name, refused == 0 ? good : refused, args);
  }

  private void call(int pid, SyscallName name, long result, long... args) throws IOException {
    strace.call(pid, name, args, null, result, null);
  }

  /** A call with a string as the argument at {@code index}. */
  private void named(int pid, SyscallName name, String text, int index, long result, long... args)
      throws IOException {
    byte @Nullable [][] texts = new byte[args.length][];
    texts[index] = text.getBytes(StandardCharsets.ISO_8859_1);
    strace.call(pid, name, args, texts, result, null);
  }

  /** Where a moved mapping is then. */
  private long moved(Act.Move one, Step step) {
    if ((one.flags() & MremapFlags.FIXED) != 0) {
      return window.address(one.newPage());
    }
    List<Area> areas = step.after().in(one.process(), one.page(), one.page() + 1);
    boolean stays = !areas.isEmpty() && (one.flags() & MremapFlags.DONTUNMAP) == 0;
    return window.address(stays ? one.page() : highest(one, step));
  }

  // Linux takes the highest gap; nothing of the window lies there.
  private static long highest(Act.Move one, Step step) {
    return step.after().areas().stream()
        .filter(area -> area.process() == one.process())
        .mapToLong(Area::page)
        .max()
        .orElse(one.page());
  }
}
