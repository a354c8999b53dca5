// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.VmFlags;

/**
 * One VMA in the form in which two models are compared.
 *
 * @param start first byte
 * @param end byte after the last
 * @param pgoff page offset
 * @param flags set of VmFlags
 * @param file number of the open file, {@link #NO_FILE} or {@link #SHARED_ANONYMOUS}
 * @param identity anonymous identity, numbered in the order of address, or 0
 * @param forkChild whether that identity is a forked one
 * @param policy 1 with a NUMA policy, else 0
 */
record LayoutLine(
    long start,
    long end,
    long pgoff,
    long flags,
    int file,
    int identity,
    boolean forkChild,
    int policy) {
  static final int NO_FILE = -1;
  static final int SHARED_ANONYMOUS = -2;

  String text() {
    return Long.toHexString(start)
        + "-"
        + Long.toHexString(end)
        + " pgoff="
        + Long.toHexString(pgoff)
        + " file="
        + file
        + " anon="
        + identity
        + (forkChild ? "f" : "")
        + " policy="
        + policy
        + " "
        + VmFlags.mnemonics(flags)
        + "\n";
  }
}
