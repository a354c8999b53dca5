// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/** How strace prints an argument. */
enum ArgStyle {
  /** An address: {@code NULL} or hexadecimal. */
  ADDR,
  /** A length or count: decimal, unsigned. */
  SIZE,
  /** An int: decimal, signed. */
  INT,
  /** A number in hexadecimal, plain {@code 0} for zero. */
  HEX,
  /** A mode: octal. */
  MODE,
  /** A SysV key. */
  KEY,
  /** A descriptor, with its path. */
  FD,
  /** A string. */
  STRING,
  /** Text that the caller supplies as it is to be printed (structures). */
  VERBATIM,
  /** A place for an address that the call fills in: printed after the call, in brackets. */
  OUT_ADDR
}
