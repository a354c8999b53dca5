// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.Machine;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.trace.evidence.AnonymousPages;
import dev.vmarea.trace.evidence.ArchitectureDeclaration;
import dev.vmarea.trace.evidence.ConfigChange;
import dev.vmarea.trace.evidence.DescriptorIdentity;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.evidence.EffectiveCapabilities;
import dev.vmarea.trace.evidence.EndBlock;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.ExecBlock;
import dev.vmarea.trace.evidence.ExitBlock;
import dev.vmarea.trace.evidence.FailingSteps;
import dev.vmarea.trace.evidence.FilePath;
import dev.vmarea.trace.evidence.Layout;
import dev.vmarea.trace.evidence.MalformedLine;
import dev.vmarea.trace.evidence.MapFlags;
import dev.vmarea.trace.evidence.MapLine;
import dev.vmarea.trace.evidence.MemoryAccess;
import dev.vmarea.trace.evidence.MountDeclaration;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.evidence.PageTouch;
import dev.vmarea.trace.evidence.PresentPages;
import dev.vmarea.trace.evidence.ProfileDeclaration;
import dev.vmarea.trace.evidence.ShmSegment;
import dev.vmarea.trace.evidence.StackGrowth;
import dev.vmarea.trace.evidence.UnknownLine;
import dev.vmarea.trace.evidence.UserControl;
import dev.vmarea.vma.OpenFile;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Follows the comment lines that a recorder writes between the calls. */
final class RecordingLines {
  private static final String DELETED = " (deleted)";
  private static final int O_CLOEXEC = 02000000;

  private final Machine machine;
  private final FileNames names;
  private final ProgramStart starts;
  private final ProcessCalls processes;
  private final EvidenceReplay evidence;
  private final FinalComparison comparison;
  private final TouchReplay touches;
  private final @Nullable UsageComparison usage;
  private @Nullable MapBlock block;

  RecordingLines(
      Machine machine,
      FileNames names,
      ProgramStart starts,
      ProcessCalls processes,
      EvidenceReplay evidence,
      FinalComparison comparison,
      TouchReplay touches,
      @Nullable UsageComparison usage) {
    this.machine = machine;
    this.names = names;
    this.starts = starts;
    this.processes = processes;
    this.evidence = evidence;
    this.comparison = comparison;
    this.touches = touches;
    this.usage = usage;
  }

  /**
   * Follows one line.
   *
   * @param threads finds a thread by its number
   */
  void line(EvidenceLine line, IntFunction<TracedThread> threads) {
    switch (line) {
      case ExecBlock exec -> block = new MapBlock(exec.pid(), true);
      case ExitBlock exit -> block = new MapBlock(exit.pid(), false);
      case MapLine map -> {
        if (block != null) {
          block.line(map.entry());
        }
      }
      case MapFlags flags -> {
        if (block != null) {
          block.flags(flags);
        }
      }
      case Layout layout -> {
        if (block != null) {
          block.layout(layout);
        }
      }
      case EndBlock end -> {
        MapBlock complete = block;
        block = null;
        if (complete != null && complete.pid == end.pid()) {
          complete(complete, threads.apply(end.pid()).process);
        }
      }
      case PageFault fault -> {
        TracedMemory memory = threads.apply(fault.pid()).process.memory;
        if (memory.isKnown()) {
          evidence.fault(memory, fault);
        }
      }
      case PageTouch touch -> {
        TracedMemory memory = threads.apply(touch.pid()).process.memory;
        if (usage != null && memory.isKnown()) {
          touches.touch(memory, touch);
        }
      }
      case PresentPages pages -> {
        TracedMemory memory = threads.apply(pages.pid()).process.memory;
        if (usage != null && memory.isKnown()) {
          touches.present(memory, pages);
        }
      }
      case AnonymousPages pages -> {
        TracedMemory memory = threads.apply(pages.pid()).process.memory;
        if (memory.isKnown()) {
          evidence.anonymousPages(memory, pages);
        }
      }
      case StackGrowth growth -> {
        TracedMemory memory = threads.apply(growth.pid()).process.memory;
        if (memory.isKnown()) {
          evidence.stackGrowth(memory, growth);
        }
      }
      case DescriptorIdentity identity -> descriptor(identity, threads.apply(identity.pid()));
      case FilePath path -> renamed(path);
      case ShmSegment segment -> segment(segment);
      case EffectiveCapabilities caps ->
          threads.apply(caps.pid()).process.task.capabilities(caps.bits());
      case ConfigChange change ->
          machine.kernel().config(ConfigText.changed(machine.kernel().config(), change));
      case DeviceDeclaration device -> {} // taken before the replay began
      case MountDeclaration mount -> {} // the same
      case UserControl control -> {} // a script's, like the next
      case MemoryAccess access -> {}
      case FailingSteps failing -> {}
      case ProfileDeclaration profile -> {} // taken before the replay began
      case ArchitectureDeclaration architecture -> {} // the same
      case UnknownLine unknown -> {
        if (usage != null && unknown.kind().equals("lost")) {
          usage.faultsWereLost();
        }
      }
      case MalformedLine malformed -> {}
    }
  }

  private void complete(MapBlock map, TracedProcess process) {
    if (map.exec) {
      TracedMemory memory;
      try {
        memory = starts.memory(map.image(), process.task, map.layout());
        process.inherited.applyTo(memory.space().mm());
      } catch (IllegalArgumentException e) {
        memory = TracedMemory.unknown("the map after its execve makes no sense");
      }
      processes.replaceMemory(process, memory, ReplayFollower.Beginning.EXEC);
    } else {
      comparison.compare(process, map.entries());
      if (usage != null) {
        map.shown().forEach((entry, shown) -> usage.compare(process, entry, shown));
      }
    }
  }

  private void descriptor(DescriptorIdentity identity, TracedThread thread) {
    OpenFile file = ProcessImport.open(names, identity);
    boolean closeOnExec = (identity.flags() & O_CLOEXEC) != 0;
    thread.descriptors().put(identity.fd(), new Descriptor(file, closeOnExec, true));
  }

  private void segment(ShmSegment line) {
    SharedSegment known = machine.segments().find(line.id());
    if ((known == null || known.size() != line.size()) && line.size() > 0) {
      known = machine.segments().add(line.id(), line.key(), line.size());
    }
    if (known != null && line.major() >= 0 && line.inode() != -1) {
      known.inode().identify(line.major(), line.minor(), line.inode());
    }
  }

  private void renamed(FilePath path) {
    OpenFile file = names.byId(path.file());
    if (file != null) {
      file.entry().rename(ProcessImport.withoutDeleted(path.path()));
      file.entry().deleted(path.path().endsWith(DELETED));
    }
  }
}
