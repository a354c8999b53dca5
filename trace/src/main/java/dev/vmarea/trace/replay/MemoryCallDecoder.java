// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.mapping.PolicyOperation;
import dev.vmarea.mapping.ProcessControlOperation;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import dev.vmarea.trace.strace.SyscallName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the arguments of memory calls from a log. */
final class MemoryCallDecoder {
  private static final List<String> MEMORY_MAP =
      List.of(
          "start_code",
          "end_code",
          "start_data",
          "end_data",
          "start_brk",
          "brk",
          "start_stack",
          "arg_start",
          "arg_end",
          "env_start",
          "env_end",
          "auxv",
          "auxv_size",
          "exe_fd");

  /** Third argument of mbind: the mask is in the log, or only where it lay in memory. */
  static final long MASK_GIVEN = 1;

  static final long MASK_UNREAD = 2;

  static final int PR_SET_THP_DISABLE = 41;
  static final int PR_SET_MDWE = 65;
  static final int PR_GET_MDWE = 66;
  static final int PR_SET_MEMORY_MERGE = 67;
  static final int PR_GET_MEMORY_MERGE = 68;
  private static final int MAX_RANGES = 1024;
  private static final int MODE_FLAGS =
      PolicyOperation.MPOL_F_STATIC_NODES
          | PolicyOperation.MPOL_F_RELATIVE_NODES
          | PolicyOperation.MPOL_F_NUMA_BALANCING;
  private static final int MAX_WORDS = 512;
  static final int PR_SET_MM = 35;
  static final int PR_SET_VMA = 0x53564d41;

  private final FileCalls files;

  MemoryCallDecoder(FileCalls files) {
    this.files = files;
  }

  /** The memory call on this line, or null if it is none or lacks arguments. */
  @Nullable MemoryCall decode(StraceRecord record, TracedThread thread) {
    SyscallName call = record.call();
    int given = record.argCount();
    return switch (call) {
      case MMAP -> given < 6 ? null : map(record, thread);
      case MUNMAP, MLOCK, MUNLOCK -> given < 2 ? null : plain(record, 2);
      case MPROTECT, MADVISE, MLOCK2, MSYNC, MSEAL -> given < 3 ? null : plain(record, 3);
      case MINCORE -> given < 3 ? null : residency(record);
      case PKEY_MPROTECT, SET_MEMPOLICY_HOME_NODE -> given < 4 ? null : plain(record, 4);
      case REMAP_FILE_PAGES -> given < 5 ? null : plain(record, 5);
      case MREMAP -> given < 4 ? null : plain(record, Math.min(given, 5));
      case BRK, MLOCKALL, IO_DESTROY, SHMDT, PERSONALITY -> given < 1 ? null : plain(record, 1);
      case MUNLOCKALL -> MemoryCall.of(call, 0, 0, 0, 0, 0, 0);
      case MBIND -> given < 6 ? null : bind(record);
      case SHMAT -> given < 3 ? null : plain(record, 3);
      case IO_SETUP -> given < 2 ? null : ioSetup(record);
      case PROCESS_MADVISE -> given < 5 ? null : processAdvise(record);
      case PRCTL -> given < 2 ? null : prctl(record);
      case SETRLIMIT -> given < 2 ? null : limit(record, 0, 1);
      case PRLIMIT64 -> given < 3 ? null : limit(record, 1, 2);
      default -> null;
    };
  }

  private MemoryCall map(StraceRecord record, TracedThread thread) {
    int fd = record.argFd(4);
    MemoryCall call =
        MemoryCall.of(
            SyscallName.MMAP,
            record.argLong(0),
            record.argLong(1),
            record.argFlags(2),
            record.argFlags(3),
            fd,
            record.argLong(5));
    boolean anonymous = (call.a3() & dev.vmarea.base.MapFlags.ANONYMOUS) != 0;
    return anonymous ? call : call.withFile(files.openFile(thread, fd, record, 4));
  }

  private static MemoryCall plain(StraceRecord record, int count) {
    long[] a = new long[6];
    for (int i = 0; i < count; i++) {
      a[i] = record.argLong(i);
    }
    return MemoryCall.of(record.call(), a[0], a[1], a[2], a[3], a[4], a[5]);
  }

  // The vector is printed as what the kernel wrote, unless it failed.
  private static MemoryCall residency(StraceRecord record) {
    boolean address = record.value(2).isNumber() || record.value(2).isNull();
    return MemoryCall.of(
        SyscallName.MINCORE,
        record.argLong(0),
        record.argLong(1),
        address ? record.argLong(2) : 0,
        address ? 1 : 0,
        0,
        0);
  }

  // mbind(addr, len, MPOL_BIND, [0x0000000000000001], 64, 0)
  private static MemoryCall bind(StraceRecord record) {
    boolean given = record.argText(3).startsWith("[");
    return MemoryCall.of(
            SyscallName.MBIND,
            record.argLong(0),
            record.argLong(1),
            record.argFlags(2),
            given ? MASK_GIVEN : record.argLong(3) == 0 ? 0 : MASK_UNREAD,
            record.argLong(4),
            record.argFlags(5))
        .withNumbers(given ? words(record.value(3)) : unread(record));
  }

  // A log that shows only where the mask lay: if the call succeeded, node 0 is the best guess for
  // the
  // modes that need a node.
  private static List<Long> unread(StraceRecord record) {
    boolean pointer = record.argLong(3) != 0 && record.resultKind() == ResultKind.VALUE;
    int mode = (int) record.argFlags(2) & ~MODE_FLAGS;
    if (!pointer) {
      return List.of();
    }
    boolean needsNode = mode != PolicyOperation.MPOL_DEFAULT && mode != PolicyOperation.MPOL_LOCAL;
    return List.of(needsNode ? 1L : 0L);
  }

  // Node masks are printed as an array of hexadecimal words, nodes 0 to 63 first.
  private static List<Long> words(StraceValue mask) {
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < MAX_WORDS; i++) {
      StraceValue word = mask.element(i);
      if (word == null) {
        break;
      }
      words.add(word.asLong());
    }
    return words;
  }

  // io_setup(128, [NULL => 0x7f0000000000]) or io_setup(128, [0x7f0000000000]). When it failed, our
  // recordings show what stood there before; strace shows an address, and the error tells the rest.
  private static MemoryCall ioSetup(StraceRecord record) {
    StraceValue pointer = record.value(1);
    StraceValue after = pointer.after();
    StraceValue element = pointer.element(0);
    boolean made = record.resultKind() == ResultKind.VALUE;
    String text = after == null ? "" : after.text().replace("]", "");
    long context = 0;
    if (text.startsWith("0x")) {
      context = parseHex(text);
    } else if (element != null && element.isNumber()) {
      context = element.asLong();
    }
    if (made) {
      return MemoryCall.of(SyscallName.IO_SETUP, record.argLong(0), 0, context, 0, 0, 0);
    }
    boolean address = element == null && after == null;
    boolean unreadable = address && record.result() == Errno.EFAULT.negated();
    if (address && record.result() == Errno.EINVAL.negated()) {
      context = 1;
    }
    return MemoryCall.of(
        SyscallName.IO_SETUP, record.argLong(0), context, 0, unreadable ? 1 : 0, 0, 0);
  }

  private static long parseHex(String text) {
    try {
      return Long.parseUnsignedLong(text.substring(2), 16);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  // process_madvise(3, [{iov_base=0x.., iov_len=4096}, ..], 1, MADV_COLD, 0)
  private static MemoryCall processAdvise(StraceRecord record) {
    StraceValue array = record.value(1);
    boolean unreadable = !array.text().startsWith("[");
    List<Long> ranges = new ArrayList<>();
    for (int i = 0; i < MAX_RANGES; i++) {
      StraceValue item = array.element(i);
      StraceValue base = item == null ? null : item.field("iov_base");
      StraceValue length = item == null ? null : item.field("iov_len");
      if (base == null || length == null) {
        break;
      }
      ranges.add(base.asLong());
      ranges.add(length.asLong());
    }
    return MemoryCall.of(
            SyscallName.PROCESS_MADVISE,
            record.argFd(0),
            unreadable ? 1 : 0,
            record.argLong(2),
            record.argLong(3),
            record.argLong(4),
            0)
        .withNumbers(ranges);
  }

  private static @Nullable MemoryCall prctl(StraceRecord record) {
    long option = record.argLong(0);
    if (option == PR_SET_VMA) {
      if (record.argCount() < 4) {
        return null;
      }
      byte[] name = record.argCount() > 4 ? record.argBytes(4) : null;
      return plain(record, 4)
          .withName(name == null ? null : new String(name, StandardCharsets.ISO_8859_1));
    }
    if (option == PR_SET_MM) {
      return memoryMap(record);
    }
    return switch ((int) option) {
      case PR_SET_MDWE, PR_GET_MDWE, PR_SET_MEMORY_MERGE, PR_GET_MEMORY_MERGE, PR_SET_THP_DISABLE ->
          plain(record, Math.min(5, record.argCount()));
      default -> null;
    };
  }

  // prctl(PR_SET_MM, PR_SET_MM_MAP, {start_code=0x.., ..}, 0x68, 0): strace prints the address
  // only.
  private static MemoryCall memoryMap(StraceRecord record) {
    if (record.argCount() > 2 && record.value(2).text().startsWith("{")) {
      List<Long> fields = new ArrayList<>();
      for (String name : MEMORY_MAP) {
        StraceValue field = record.structField(2, name);
        fields.add(field == null ? 0 : field.asLong());
      }
      long size = record.argCount() > 3 ? record.argLong(3) : 0;
      long last = record.argCount() > 4 ? record.argLong(4) : 0;
      return MemoryCall.of(SyscallName.PRCTL, PR_SET_MM, record.argLong(1), 0, size, last, 0)
          .withNumbers(fields);
    }
    MemoryCall call = plain(record, Math.min(5, record.argCount()));
    boolean unread =
        call.a1() == ProcessControlOperation.PR_SET_MM_MAP
            && record.result() != Errno.EFAULT.negated();
    return MemoryCall.of(
        call.call(), call.a0(), call.a1(), call.a2(), call.a3(), call.a4(), unread ? 1 : 0);
  }

  // {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}
  private static @Nullable MemoryCall limit(StraceRecord record, int which, int value) {
    StraceValue soft = record.structField(value, "rlim_cur");
    StraceValue hard = record.structField(value, "rlim_max");
    if (soft == null || hard == null) {
      return null;
    }
    long target = which == 0 ? 0 : record.argLong(0);
    return MemoryCall.of(
        record.call(), record.argLong(which), soft.asLong(), hard.asLong(), target, 0, 0);
  }
}
