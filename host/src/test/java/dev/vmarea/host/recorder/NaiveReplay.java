// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.trace.evidence.EndBlock;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.EvidenceParser;
import dev.vmarea.trace.evidence.ExecBlock;
import dev.vmarea.trace.evidence.ExitBlock;
import dev.vmarea.trace.evidence.MapLine;
import dev.vmarea.trace.strace.RecordKind;
import dev.vmarea.trace.strace.StraceReader;
import dev.vmarea.trace.strace.StraceRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows a recording line by line with nothing but sets of mapped addresses. A missing call, or
 * two in the wrong order, shows as an address given twice or as a final map that does not fit.
 */
final class NaiveReplay {
  private static final long CLONE_VM = 0x100;
  private static final int MAP_FIXED = 0x10;
  private static final int MREMAP_DONTUNMAP = 4;

  private final Map<Integer, Space> spaces = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private int finalMaps;
  private int calls;
  private @Nullable MappedRanges block;
  private boolean exec;

  private static final class Space {
    private MappedRanges mapped;
    private long programBreak;

    Space(final MappedRanges mapped) {
      this.mapped = mapped;
    }
  }

  private NaiveReplay() {}

  static NaiveReplay of(final Path trace) throws IOException {
    final NaiveReplay replay = new NaiveReplay();
    try (StraceReader reader =
        StraceReader.open(trace, problem -> replay.problems.add(problem.toString()))) {
      while (reader.next()) {
        replay.line(reader.record());
      }
    }
    return replay;
  }

  /** What did not fit, in order. */
  List<String> problems() {
    return problems;
  }

  /** Final maps compared. */
  int finalMaps() {
    return finalMaps;
  }

  /** Memory calls followed. */
  int calls() {
    return calls;
  }

  private void line(final StraceRecord record) {
    if (record.kind() == RecordKind.VMAREA_COMMENT) {
      final byte[] comment = record.comment();
      if (comment != null) {
        comment(EvidenceParser.parse(comment), record);
      }
    } else if ((record.kind() == RecordKind.CALL || record.kind() == RecordKind.RESUMED)
        && record.errno() == 0) {
      call(record);
    }
  }

  private void comment(final EvidenceLine line, final StraceRecord record) {
    switch (line) {
      case ExecBlock _ -> {
        block = new MappedRanges();
        exec = true;
      }
      case ExitBlock _ -> {
        block = new MappedRanges();
        exec = false;
      }
      case MapLine map -> {
        if (block != null && map.entry().start() >= 0) {
          block.add(map.entry().start(), map.entry().end());
        }
      }
      case EndBlock end -> {
        if (block != null) {
          endBlock(end.pid(), block, record);
        }
        block = null;
      }
      case dev.vmarea.trace.evidence.StackGrowth growth -> {
        final Space space = spaces.get(growth.pid());
        if (space != null) {
          space.mapped.growDown(growth.newStart(), growth.end());
        }
      }
      default -> {}
    }
  }

  private void endBlock(final int pid, final MappedRanges shown, final StraceRecord record) {
    if (exec) {
      spaces.put(pid, new Space(shown));
      return;
    }
    finalMaps++;
    final Space space = spaces.get(pid);
    if (space == null || !space.mapped.toString().equals(shown.toString())) {
      problems.add(
          "line "
              + record.lineNumber()
              + ": final map of "
              + pid
              + "\n"
              + shown
              + "expected\n"
              + (space == null ? "nothing" : space.mapped));
    }
  }

  private void call(final StraceRecord record) {
    final Space space = spaces.get(record.pid());
    if (space == null) {
      return;
    }
    calls++;
    final MappedRanges mapped = space.mapped;
    switch (record.call()) {
      case MMAP -> {
        final long end = record.result() + MappedRanges.pages(record.argLong(1));
        if ((record.argFlags(3) & MAP_FIXED) == 0 && mapped.overlaps(record.result(), end)) {
          problems.add("line " + record.lineNumber() + ": mapped already: " + record.line());
        }
        mapped.add(record.result(), end);
      }
      case MUNMAP -> unmap(mapped, record);
      case MREMAP -> {
        if ((record.argFlags(3) & MREMAP_DONTUNMAP) == 0) {
          unmap(mapped, record);
        }
        final long end = record.result() + MappedRanges.pages(record.argLong(2));
        if (mapped.overlaps(record.result(), end)) {
          problems.add("line " + record.lineNumber() + ": mapped already: " + record.line());
        }
        mapped.add(record.result(), end);
      }
      case BRK -> {
        final long former = MappedRanges.pages(space.programBreak);
        final long now = MappedRanges.pages(record.result());
        if (space.programBreak != 0 && now > former) {
          mapped.add(former, now);
        } else if (space.programBreak != 0) {
          mapped.remove(now, former);
        }
        space.programBreak = record.result();
      }
      case FORK -> child(record, 0);
      case VFORK -> child(record, CLONE_VM);
      case CLONE -> child(record, flags(record, "flags="));
      case CLONE3 -> child(record, flags(record, "{flags="));
      default -> {}
    }
  }

  private static void unmap(final MappedRanges mapped, final StraceRecord record) {
    final long address = record.argLong(0);
    mapped.remove(address, address + MappedRanges.pages(record.argLong(1)));
  }

  private static long flags(final StraceRecord record, final String prefix) {
    for (int i = 0; i < record.argCount(); i++) {
      if (record.argText(i).startsWith(prefix)) {
        return record.argText(i).contains("CLONE_VM") ? CLONE_VM : 0;
      }
    }
    return 0;
  }

  private void child(final StraceRecord record, final long flags) {
    final Space parent = spaces.get(record.pid());
    if (parent == null) {
      return;
    }
    if ((flags & CLONE_VM) != 0) {
      spaces.put((int) record.result(), parent);
    } else {
      final Space copy = new Space(new MappedRanges(parent.mapped));
      copy.programBreak = parent.programBreak;
      spaces.put((int) record.result(), copy);
    }
  }
}
