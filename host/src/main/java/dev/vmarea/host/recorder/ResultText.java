// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.NativeCalls;

/** Results as strace prints them. */
final class ResultText {
  private ResultText() {}

  /** The text behind the equals sign. */
  static String of(final CapturedCall call, final long result) {
    if (NativeCalls.isError(result)) {
      return "-1 E" + -result;
    }
    return switch (call.call()) {
      case MMAP, MREMAP, BRK, SHMAT, MAP_SHADOW_STACK, PERSONALITY ->
          result == 0 ? "0" : "0x" + Long.toHexString(result);
      default -> Long.toString(result);
    };
  }
}
