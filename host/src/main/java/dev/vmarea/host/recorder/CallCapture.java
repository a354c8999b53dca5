// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.recorder.CapturedCall.Content;
import dev.vmarea.host.recorder.CapturedCall.Field;
import dev.vmarea.host.recorder.CapturedCall.FieldStyle;
import dev.vmarea.host.tracing.RemoteMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what the arguments of a call point to, at its entry, while the thread is stopped. */
final class CallCapture {
  private static final int MAX_PATH = 4096;
  private static final int MAX_ARGUMENT = 1024;
  private static final int MAX_NAME = 256;
  private static final int MAX_STRINGS = 256;
  private static final int MAX_COUNTED = 65536;
  private static final int MAX_VECTORS = 1024;
  private static final int MAX_STRUCTURE = 128;
  private static final int MAX_MASK_WORDS = 512;
  private static final int PR_SET_MM = 35;
  private static final int PR_SET_MM_MAP = 14;
  private static final int PR_SET_VMA = 0x53564d41;

  private static final List<String> CLONE_ARGS =
      List.of(
          "flags",
          "pidfd",
          "child_tid",
          "parent_tid",
          "exit_signal",
          "stack",
          "stack_size",
          "tls",
          "set_tid",
          "set_tid_size",
          "cgroup");

  /** {@code struct prctl_mm_map}, except for the two 32-bit numbers at its end. */
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
          "auxv");

  private final RemoteMemory memory;

  CallCapture(final RemoteMemory memory) {
    this.memory = memory;
  }

  /** The call that {@code tid} is about to make. */
  CapturedCall capture(
      final int tid, final SystemCall call, final CallKind kind, final long[] arguments) {
    final Map<Integer, Content> contents = new HashMap<>();
    switch (call) {
      case OPEN, CREAT, UNLINK, CHDIR, CHROOT -> text(contents, tid, arguments, 0, MAX_PATH);
      case OPENAT, UNLINKAT -> text(contents, tid, arguments, 1, MAX_PATH);
      case OPENAT2 -> {
        text(contents, tid, arguments, 1, MAX_PATH);
        fields(
            call,
            contents,
            tid,
            arguments[2],
            2,
            arguments[3],
            List.of("flags", "mode", "resolve"));
      }
      case MEMFD_CREATE -> text(contents, tid, arguments, 0, MAX_NAME);
      case RENAME -> {
        text(contents, tid, arguments, 0, MAX_PATH);
        text(contents, tid, arguments, 1, MAX_PATH);
      }
      case RENAMEAT, RENAMEAT2 -> {
        text(contents, tid, arguments, 1, MAX_PATH);
        text(contents, tid, arguments, 3, MAX_PATH);
      }
      case EXECVE -> exec(contents, tid, arguments, 0);
      case EXECVEAT -> exec(contents, tid, arguments, 1);
      case PRCTL -> {
        if ((int) arguments[0] == PR_SET_VMA) {
          text(contents, tid, arguments, 4, MAX_NAME);
        } else if ((int) arguments[0] == PR_SET_MM && (int) arguments[1] == PR_SET_MM_MAP) {
          memoryMap(contents, tid, arguments[2]);
        }
      }
      case CLONE3 -> fields(call, contents, tid, arguments[0], 0, arguments[1], CLONE_ARGS);
      case PRLIMIT64 ->
          fields(call, contents, tid, arguments[2], 2, 16, List.of("rlim_cur", "rlim_max"));
      case SETRLIMIT ->
          fields(call, contents, tid, arguments[1], 1, 16, List.of("rlim_cur", "rlim_max"));
      case MBIND -> nodeMask(contents, tid, arguments[3], arguments[4]);
      case IO_SETUP -> {
        final Long context = memory.word(tid, arguments[1]);
        if (context != null) {
          contents.put(1, new CapturedCall.Pointed(context));
        }
      }
      case PROCESS_MADVISE -> vectors(contents, tid, arguments);
      default -> {}
    }
    return new CapturedCall(call, kind, arguments, contents);
  }

  /**
   * The call with the number that io_setup left in the caller's memory in place of its address: the
   * kernel maps a ring there.
   */
  CapturedCall completed(final int tid, final CapturedCall call, final long result) {
    if (call.call() != SystemCall.IO_SETUP || result != 0) {
      return call;
    }
    final Long context = memory.word(tid, call.arguments()[1]);
    if (context == null) {
      return call;
    }
    final long[] arguments = call.arguments().clone();
    arguments[1] = context;
    return new CapturedCall(call.call(), call.kind(), arguments, call.contents());
  }

  private void text(
      final Map<Integer, Content> contents,
      final int tid,
      final long[] arguments,
      final int index,
      final int limit) {
    if (arguments[index] == 0) {
      return;
    }
    final byte[] bytes = memory.string(tid, arguments[index], limit);
    if (bytes != null) {
      contents.put(index, new CapturedCall.Text(bytes, bytes.length == limit));
    }
  }

  private void exec(
      final Map<Integer, Content> contents,
      final int tid,
      final long[] arguments,
      final int pathIndex) {
    text(contents, tid, arguments, pathIndex, MAX_PATH);
    final List<byte[]> strings = new ArrayList<>();
    final int entries = entries(tid, arguments[pathIndex + 1], MAX_STRINGS, strings);
    if (entries >= 0) {
      contents.put(
          pathIndex + 1, new CapturedCall.Texts(List.copyOf(strings), entries == MAX_STRINGS));
    }
    final int variables = entries(tid, arguments[pathIndex + 2], MAX_COUNTED, null);
    if (variables >= 0) {
      contents.put(pathIndex + 2, new CapturedCall.Count(variables));
    }
  }

  /** Walks a null-terminated array of string pointers; -1 if it cannot be read. */
  private int entries(
      final int tid, final long array, final int limit, final @Nullable List<byte[]> strings) {
    if (array == 0) {
      return -1;
    }
    for (int i = 0; i < limit; i++) {
      final Long pointer = memory.word(tid, array + (long) Long.BYTES * i);
      if (pointer == null) {
        return -1;
      }
      if (pointer == 0) {
        return i;
      }
      if (strings != null) {
        final byte[] string = memory.string(tid, pointer, MAX_ARGUMENT);
        strings.add(string == null ? new byte[0] : string);
      }
    }
    return limit;
  }

  private void fields(
      final SystemCall call,
      final Map<Integer, Content> contents,
      final int tid,
      final long address,
      final int index,
      final long size,
      final List<String> names) {
    if (address == 0) {
      return;
    }
    final int bytes = Math.clamp(size, 0, Math.min(MAX_STRUCTURE, names.size() * Long.BYTES));
    final byte[] structure = memory.read(tid, address, bytes);
    if (structure.length < bytes) {
      return;
    }
    final ByteBuffer words = ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder());
    final List<Field> fields = new ArrayList<>();
    for (int i = 0; i < bytes / Long.BYTES; i++) {
      fields.add(new Field(names.get(i), words.getLong(), style(call, names.get(i))));
    }
    contents.put(index, new CapturedCall.Fields(fields));
  }

  /** A mask of {@code maxNode - 1} bits; where that makes no sense the kernel does not read it. */
  private void nodeMask(
      final Map<Integer, Content> contents, final int tid, final long address, final long maxNode) {
    final long words = (maxNode + Long.SIZE - 2) / Long.SIZE;
    if (address == 0 || maxNode <= 1 || words > MAX_MASK_WORDS) {
      return;
    }
    final byte[] mask = memory.read(tid, address, (int) words * Long.BYTES);
    if (mask.length < words * Long.BYTES) {
      return;
    }
    final ByteBuffer buffer = ByteBuffer.wrap(mask).order(ByteOrder.nativeOrder());
    final List<Long> nodes = new ArrayList<>();
    while (buffer.hasRemaining()) {
      nodes.add(buffer.getLong());
    }
    contents.put(3, new CapturedCall.NodeMask(nodes));
  }

  private void memoryMap(final Map<Integer, Content> contents, final int tid, final long address) {
    final int longs = MEMORY_MAP.size() * Long.BYTES;
    final byte[] structure = memory.read(tid, address, longs + 2 * Integer.BYTES);
    if (structure.length < longs + 2 * Integer.BYTES) {
      return;
    }
    final ByteBuffer buffer = ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder());
    final List<Field> fields = new ArrayList<>();
    for (final String name : MEMORY_MAP) {
      fields.add(new Field(name, buffer.getLong(), FieldStyle.HEX));
    }
    fields.add(new Field("auxv_size", Integer.toUnsignedLong(buffer.getInt()), FieldStyle.DECIMAL));
    fields.add(new Field("exe_fd", buffer.getInt(), FieldStyle.SIGNED));
    contents.put(2, new CapturedCall.Fields(fields));
  }

  private static FieldStyle style(final SystemCall call, final String name) {
    return switch (name) {
      case "flags" -> call == SystemCall.CLONE3 ? FieldStyle.CLONE_FLAGS : FieldStyle.HEX;
      case "rlim_cur", "rlim_max" -> FieldStyle.LIMIT;
      case "exit_signal", "set_tid_size", "cgroup" -> FieldStyle.DECIMAL;
      default -> FieldStyle.HEX;
    };
  }

  private void vectors(
      final Map<Integer, Content> contents, final int tid, final long[] arguments) {
    final int count = Math.clamp(arguments[2], 0, MAX_VECTORS);
    final byte[] array = memory.read(tid, arguments[1], count * 16);
    if (array.length < count * 16) {
      return;
    }
    final ByteBuffer words = ByteBuffer.wrap(array).order(ByteOrder.nativeOrder());
    final List<CapturedCall.Vector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(new CapturedCall.Vector(words.getLong(), words.getLong()));
    }
    contents.put(1, new CapturedCall.Vectors(vectors));
  }
}
