// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import java.util.Locale;

/** The values of a {@link Layout} line, in the order they are written. */
public enum LayoutField {
  /** First address of the program's text. */
  START_CODE(true),
  /** Address behind it. */
  END_CODE(true),
  /** First address of initialised data. */
  START_DATA(true),
  /** Address behind it. */
  END_DATA(true),
  /** Where the heap starts. */
  START_BRK(true),
  /** The program break. */
  BRK(true),
  /** The initial stack pointer. */
  START_STACK(true),
  /** First address of the arguments. */
  ARG_START(true),
  /** Address behind them. */
  ARG_END(true),
  /** First address of the environment. */
  ENV_START(true),
  /** Address behind it. */
  ENV_END(true),
  /** RLIMIT_STACK, soft. */
  RLIMIT_STACK(false),
  /** RLIMIT_AS, soft. */
  RLIMIT_AS(false),
  /** RLIMIT_DATA, soft. */
  RLIMIT_DATA(false),
  /** RLIMIT_MEMLOCK, soft. */
  RLIMIT_MEMLOCK(false),
  /** Effective capabilities, a bit each. */
  CAPS(true),
  /** The personality. */
  PERSONALITY(true);

  private final boolean hex;
  private final String key = name().toLowerCase(Locale.ROOT);

  LayoutField(boolean hex) {
    this.hex = hex;
  }

  /** The name before the equals sign. */
  public String key() {
    return key;
  }

  String format(long value) {
    return key + "=" + (hex ? "0x" + Long.toHexString(value) : Long.toString(value));
  }
}
