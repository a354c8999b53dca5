// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import java.util.List;
import java.util.Map;

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
  sealed interface Content {}

  /** A string; {@code cut} if it was longer than what is kept. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Text(byte[] bytes, boolean cut) implements Content {}

  /** A list of strings, such as argv. */
  record Texts(List<byte[]> strings, boolean cut) implements Content {}

  /** A list of which only the length matters, such as the environment. */
  record Count(int entries) implements Content {}

  /** A structure of named 64-bit numbers; strace's names, {@code true} for those printed in hex. */
  record Fields(List<Field> fields) implements Content {}

  /** One number of a structure. */
  record Field(String name, long value, boolean hex) {}

  /** An array of {@code struct iovec}. */
  record Vectors(List<long[]> addressAndLength) implements Content {}

  /** The file behind a descriptor. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record File(byte[] path) implements Content {}
}
