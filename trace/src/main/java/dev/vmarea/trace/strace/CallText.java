// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.strace.CallStyle.ResultStyle;
import dev.vmarea.trace.text.CString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Arguments and results in strace's words. */
final class CallText {
  private static final long MREMAP_MOVE_FIXED = 1 | 2;
  private static final long MREMAP_DONTUNMAP = 4;
  private static final long OPEN_CREATES = 0100;
  private static final long OPEN_TMPFILE = 020000000;
  private static final long PR_SET_VMA = 0x53564d41;
  private static final long PR_SET_MM = 35;
  private static final byte[] DELETED = " (deleted)".getBytes(StandardCharsets.US_ASCII);

  private CallText() {}

  static void arguments(
      StringBuilder out,
      SyscallName name,
      CallStyle style,
      long[] args,
      byte @Nullable [] @Nullable [] texts,
      long result) {
    entryArguments(out, name, style, args, texts);
    exitArguments(out, style, args, texts, result);
  }

  /** The arguments that strace prints before the call runs, with a comma behind if more follow. */
  static void entryArguments(
      StringBuilder out,
      SyscallName name,
      CallStyle style,
      long[] args,
      byte @Nullable [] @Nullable [] texts) {
    int count = printed(name, style, args);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        out.append(", ");
      }
      Enum<?> kind = style.args()[i];
      if (kind == ArgStyle.OUT_ADDR) {
        return;
      }
      byte[] text = texts == null || i >= texts.length ? null : texts[i];
      if (name == SyscallName.PRCTL && i > 0) {
        prctl(out, args, i, text);
      } else if (kind instanceof FlagGroup group) {
        out.append(group.format(args[i]));
      } else {
        plain(out, (ArgStyle) kind, args[i], text);
      }
    }
  }

  /**
   * The arguments that the call itself fills in. Where it failed, the text is what stood there
   * before; strace prints the address then.
   */
  static void exitArguments(
      StringBuilder out,
      CallStyle style,
      long[] args,
      byte @Nullable [] @Nullable [] texts,
      long result) {
    for (int i = 0; i < style.args().length; i++) {
      if (style.args()[i] == ArgStyle.OUT_ADDR) {
        if (result < 0) {
          byte[] text = texts == null || i >= texts.length ? null : texts[i];
          plain(out, ArgStyle.VERBATIM, args[i], text);
        } else {
          out.append("[0x").append(Long.toHexString(args[i])).append(']');
        }
      }
    }
  }

  // Some calls print their last argument only when it means something.
  private static int printed(SyscallName name, CallStyle style, long[] args) {
    int all = style.args().length;
    boolean last =
        switch (name) {
          case MREMAP ->
              (args[3] & MREMAP_MOVE_FIXED) == MREMAP_MOVE_FIXED
                  || (args[3] & MREMAP_DONTUNMAP) != 0 && args[4] != 0;
          case OPENAT -> creates(args[2]);
          case OPEN -> creates(args[1]);
          default -> true;
        };
    return last ? all : all - 1;
  }

  private static boolean creates(long flags) {
    return (flags & OPEN_CREATES) != 0 || (flags & OPEN_TMPFILE) != 0;
  }

  private static void prctl(StringBuilder out, long[] args, int i, byte @Nullable [] text) {
    if (args[0] == PR_SET_VMA) {
      switch (i) {
        case 1 -> out.append(args[1] == 0 ? "PR_SET_VMA_ANON_NAME" : hex(args[1]));
        case 2 -> out.append(hex(args[2]));
        case 3 -> out.append(Long.toUnsignedString(args[3]));
        default -> plain(out, ArgStyle.STRING, args[i], text);
      }
    } else if (args[0] == PR_SET_MM && i == 1) {
      out.append(FlagGroup.PR_SET_MM.format(args[1]));
    } else if (text != null) {
      plain(out, args[0] == PR_SET_MM ? ArgStyle.VERBATIM : ArgStyle.STRING, args[i], text);
    } else {
      out.append(hex(args[i]));
    }
  }

  private static String hex(long value) {
    return value == 0 ? "0" : "0x" + Long.toHexString(value);
  }

  private static void plain(StringBuilder out, ArgStyle style, long value, byte @Nullable [] text) {
    switch (style) {
      case ADDR -> out.append(value == 0 ? "NULL" : hex(value));
      case SIZE -> out.append(Long.toUnsignedString(value));
      case INT -> out.append((int) value);
      case HEX -> out.append(hex(value));
      case MODE -> out.append(FlagGroup.octal(value & 07777, 3));
      case KEY -> out.append(value == 0 ? "IPC_PRIVATE" : hex(value & 0xffffffffL));
      case FD -> {
        out.append((int) value == -100 ? "AT_FDCWD" : Integer.toString((int) value));
        path(out, text);
      }
      case STRING -> {
        if (text == null) {
          out.append(value == 0 ? "NULL" : hex(value));
        } else {
          out.append(CString.quote(text));
        }
      }
      case VERBATIM ->
          out.append(
              text == null
                  ? value == 0 ? "NULL" : hex(value)
                  : new String(text, StandardCharsets.ISO_8859_1));
      case OUT_ADDR -> throw new IllegalArgumentException(style.name());
    }
  }

  private static void path(StringBuilder out, byte @Nullable [] path) {
    if (path == null) {
      return;
    }
    int to = path.length;
    boolean deleted =
        to > DELETED.length
            && java.util.Arrays.equals(path, to - DELETED.length, to, DELETED, 0, DELETED.length);
    if (deleted) {
      to -= DELETED.length;
    }
    out.append('<');
    CString.escape(path, 0, to, "<>", out);
    out.append(deleted ? ">(deleted)" : ">");
  }

  static void result(
      StringBuilder out, ResultStyle style, long result, byte @Nullable [] resultPath) {
    if (style == ResultStyle.NONE) {
      out.append('?');
    } else if (result < 0 && result >= -4095) {
      int errno = (int) -result;
      out.append(Errnos.restarts(errno) ? "? " : "-1 ").append(Errnos.describe(errno));
    } else {
      switch (style) {
        case HEX -> out.append(hex(result));
        case FD -> {
          out.append(result);
          path(out, resultPath);
        }
        case PER ->
            out.append(hex(result))
                .append(" (")
                .append(FlagGroup.PERSONALITY.format(result))
                .append(')');
        case DEC, NONE -> out.append(result);
      }
    }
  }
}
