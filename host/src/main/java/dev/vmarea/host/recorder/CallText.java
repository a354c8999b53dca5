// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/** Calls as text, with numbers for flags. */
final class CallText {
  private static final Map<SystemCall, String> SHAPES = new EnumMap<>(SystemCall.class);

  static {
    // a address, u unsigned, i signed int, x hex, d descriptor, o octal
    SHAPES.put(SystemCall.MMAP, "auxxdx");
    SHAPES.put(SystemCall.MUNMAP, "au");
    SHAPES.put(SystemCall.MPROTECT, "aux");
    SHAPES.put(SystemCall.MREMAP, "auuxa");
    SHAPES.put(SystemCall.BRK, "a");
    SHAPES.put(SystemCall.MADVISE, "aui");
    SHAPES.put(SystemCall.MLOCK, "au");
    SHAPES.put(SystemCall.MLOCK2, "aux");
    SHAPES.put(SystemCall.MUNLOCK, "au");
    SHAPES.put(SystemCall.MLOCKALL, "x");
    SHAPES.put(SystemCall.MUNLOCKALL, "");
    SHAPES.put(SystemCall.MSYNC, "aux");
    SHAPES.put(SystemCall.MINCORE, "aua");
    SHAPES.put(SystemCall.MSEAL, "aux");
    SHAPES.put(SystemCall.PKEY_MPROTECT, "auxi");
    SHAPES.put(SystemCall.PKEY_ALLOC, "xx");
    SHAPES.put(SystemCall.PKEY_FREE, "i");
    SHAPES.put(SystemCall.MBIND, "auxaux");
    SHAPES.put(SystemCall.SET_MEMPOLICY_HOME_NODE, "auux");
    SHAPES.put(SystemCall.REMAP_FILE_PAGES, "auxux");
    SHAPES.put(SystemCall.PROCESS_MADVISE, "dauix");
    SHAPES.put(SystemCall.SHMAT, "iax");
    SHAPES.put(SystemCall.SHMDT, "a");
    SHAPES.put(SystemCall.IO_SETUP, "ua");
    SHAPES.put(SystemCall.IO_DESTROY, "a");
    SHAPES.put(SystemCall.PRLIMIT64, "iiaa");
    SHAPES.put(SystemCall.SETRLIMIT, "ia");
    SHAPES.put(SystemCall.PERSONALITY, "x");
    SHAPES.put(SystemCall.FORK, "");
    SHAPES.put(SystemCall.VFORK, "");
    SHAPES.put(SystemCall.CLONE3, "au");
    SHAPES.put(SystemCall.EXECVE, "aaa");
    SHAPES.put(SystemCall.EXECVEAT, "daaax");
    SHAPES.put(SystemCall.OPEN, "axo");
    SHAPES.put(SystemCall.OPENAT, "daxo");
    SHAPES.put(SystemCall.OPENAT2, "daau");
    SHAPES.put(SystemCall.CREAT, "ao");
    SHAPES.put(SystemCall.CLOSE, "d");
    SHAPES.put(SystemCall.CLOSE_RANGE, "uux");
    SHAPES.put(SystemCall.DUP, "d");
    SHAPES.put(SystemCall.DUP2, "dd");
    SHAPES.put(SystemCall.DUP3, "ddx");
    SHAPES.put(SystemCall.FCNTL, "dix");
    SHAPES.put(SystemCall.MEMFD_CREATE, "ax");
    SHAPES.put(SystemCall.SHMGET, "xuo");
    SHAPES.put(SystemCall.SHMCTL, "iia");
    SHAPES.put(SystemCall.UNLINK, "a");
    SHAPES.put(SystemCall.UNLINKAT, "dax");
    SHAPES.put(SystemCall.RENAME, "aa");
    SHAPES.put(SystemCall.RENAMEAT, "dada");
    SHAPES.put(SystemCall.RENAMEAT2, "dadax");
    SHAPES.put(SystemCall.CHDIR, "a");
    SHAPES.put(SystemCall.FCHDIR, "d");
  }

  private CallText() {}

  /** The call up to and without the closing parenthesis. */
  static String open(final CapturedCall call) {
    final StringBuilder text = new StringBuilder(call.call().callName()).append('(');
    final String shape = SHAPES.getOrDefault(call.call(), "xxxxxx");
    for (int i = 0; i < shape.length(); i++) {
      if (i > 0) {
        text.append(", ");
      }
      argument(text, shape.charAt(i), call.arguments()[i], call.contents().get(i));
    }
    return text.toString();
  }

  private static void argument(
      final StringBuilder text,
      final char shape,
      final long value,
      final CapturedCall.Content content) {
    switch (content) {
      case CapturedCall.Text string -> quoted(text, string.bytes(), string.cut());
      case CapturedCall.Texts list -> {
        text.append('[');
        for (int i = 0; i < list.strings().size(); i++) {
          text.append(i == 0 ? "" : ", ");
          quoted(text, list.strings().get(i), false);
        }
        text.append(list.cut() ? ", ...]" : "]");
      }
      case CapturedCall.Count count -> {
        address(text, value);
        text.append(" /* ").append(count.entries()).append(" vars */");
      }
      case CapturedCall.Fields fields -> {
        text.append('{');
        String separator = "";
        for (final CapturedCall.Field field : fields.fields()) {
          text.append(separator).append(field.name()).append('=');
          text.append(
              field.hex() ? "0x" + Long.toHexString(field.value()) : unsigned(field.value()));
          separator = ", ";
        }
        text.append('}');
      }
      case CapturedCall.Vectors vectors -> {
        text.append('[');
        String separator = "";
        for (final long[] vector : vectors.addressAndLength()) {
          text.append(separator).append("{iov_base=");
          address(text, vector[0]);
          text.append(", iov_len=").append(unsigned(vector[1])).append('}');
          separator = ", ";
        }
        text.append(']');
      }
      case CapturedCall.File file -> {
        text.append((int) value).append('<');
        escaped(text, file.path());
        text.append('>');
      }
      case null -> number(text, shape, value);
    }
  }

  private static void number(final StringBuilder text, final char shape, final long value) {
    switch (shape) {
      case 'a' -> address(text, value);
      case 'u' -> text.append(unsigned(value));
      case 'i' -> text.append((int) value);
      case 'd' -> text.append((int) value == -100 ? "AT_FDCWD" : Integer.toString((int) value));
      case 'o' -> text.append(value == 0 ? "0" : "0" + Long.toOctalString(value));
      default -> text.append(value == 0 ? "0" : "0x" + Long.toHexString(value));
    }
  }

  private static String unsigned(final long value) {
    return Long.toUnsignedString(value);
  }

  private static void address(final StringBuilder text, final long value) {
    text.append(value == 0 ? "NULL" : "0x" + Long.toHexString(value));
  }

  /** A C string literal. */
  static void quoted(final StringBuilder text, final byte[] bytes, final boolean cut) {
    text.append('"');
    escaped(text, bytes);
    text.append(cut ? "\"..." : "\"");
  }

  private static void escaped(final StringBuilder text, final byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      final int c = bytes[i] & 0xff;
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || c >= 0x7f) {
            // three digits always: the next character may be a digit
            text.append('\\').append(String.format("%03o", c));
          } else {
            text.append((char) c);
          }
        }
      }
    }
  }

  /** The bytes of {@code text}, one a character. */
  static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
