// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.trace.strace.FlagGroup;
import dev.vmarea.trace.text.CString;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A system call as seen at its entry, with what its pointers pointed to.
 *
 * @param call the call
 * @param kind how it is treated
 * @param arguments the six raw arguments
 * @param contents what was read behind arguments, by index
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CapturedCall(
    SystemCall call, CallKind kind, long[] arguments, Map<Integer, Content> contents) {

  /** What stands behind an argument. */
  sealed interface Content {
    /** The text that strace prints for it; {@code value} is the argument itself. */
    String text(long value);
  }

  /** A string; {@code cut} if it was longer than what is kept. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Text(byte[] bytes, boolean cut) implements Content {
    @Override
    public String text(final long value) {
      return CString.quote(bytes) + (cut ? "..." : "");
    }
  }

  /** A list of strings, such as argv. */
  record Texts(List<byte[]> strings, boolean cut) implements Content {
    @Override
    public String text(final long value) {
      return strings.stream().map(CString::quote).collect(Collectors.joining(", ", "[", ""))
          + (cut ? ", ...]" : "]");
    }
  }

  /** A list of which only the length matters, such as the environment. */
  record Count(int entries) implements Content {
    @Override
    public String text(final long value) {
      return "0x" + Long.toHexString(value) + " /* " + entries + " vars */";
    }
  }

  /** A structure of 64-bit numbers. */
  record Fields(List<Field> fields) implements Content {
    @Override
    public String text(final long value) {
      return fields.stream().map(Field::text).collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /** How a number of a structure is printed. */
  enum FieldStyle {
    /** Unsigned decimal. */
    DECIMAL,
    /** Signed decimal. */
    SIGNED,
    /** Hexadecimal. */
    HEX,
    /** {@code CLONE_*} names. */
    CLONE_FLAGS,
    /** Unsigned decimal with a name for "unlimited". */
    LIMIT
  }

  /** One number of a structure, by strace's name. */
  record Field(String name, long value, FieldStyle style) {
    String text() {
      return name
          + "="
          + switch (style) {
            case DECIMAL -> Long.toUnsignedString(value);
            case SIGNED -> Long.toString(value);
            case HEX -> "0x" + Long.toHexString(value);
            case CLONE_FLAGS -> FlagGroup.CLONE.format(value);
            case LIMIT -> value == -1 ? "RLIM64_INFINITY" : Long.toUnsignedString(value);
          };
    }
  }

  /** An array of {@code struct iovec}. */
  record Vectors(List<Vector> vectors) implements Content {
    @Override
    public String text(final long value) {
      return vectors.stream()
          .map(vector ->
              "{iov_base=0x"
                  + Long.toHexString(vector.base())
                  + ", iov_len="
                  + Long.toUnsignedString(vector.length())
                  + "}")
          .collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** A range of an array of {@code struct iovec}; bytes. */
  record Vector(long base, long length) {}

  /** A node mask: words of 64 nodes, nodes 0 to 63 first. */
  record NodeMask(List<Long> words) implements Content {
    @Override
    public String text(final long value) {
      // as strace: 16 characters with the prefix, which zero does not have
      return words.stream()
          .map(word -> word == 0 ? "0".repeat(16) : String.format("0x%014x", word))
          .collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** The word that a pointer points to. */
  record Pointed(long word) implements Content {
    @Override
    public String text(final long value) {
      return "[" + (word == 0 ? "NULL" : "0x" + Long.toHexString(word)) + "]";
    }
  }

  /** The file behind a descriptor. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record File(byte[] path) implements Content {
    @Override
    public String text(final long value) {
      return Integer.toString((int) value);
    }
  }
}
