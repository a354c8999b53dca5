// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

/** What callbacks a VMA has. */
enum OperationsKind {
  /** None at all: anonymous memory. */
  ANONYMOUS,
  /** Callbacks without any method. */
  NOTHING,
  /** The operations of its file are its callbacks, too. */
  OF_FILE,
  /** Those of what the kernel maps, such as [vdso]; the name follows. */
  KERNEL,
  /** Those of a driver; their number follows. */
  DRIVER
}
