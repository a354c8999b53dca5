// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/** The lines that evidence is written as. */
final class EvidenceLines {
  private EvidenceLines() {}

  /** A fault at {@code address}: a write, or not known to be one. */
  static String fault(final int tgid, final long address, final boolean write) {
    return start("fault", tgid) + hex(address) + (write ? " w" : " ?");
  }

  /** A page that was faulted on, for the record of all; a kind of {@link FaultQueue}. */
  static String touch(final int tgid, final long page, final int kind) {
    final String access = kind == FaultQueue.WRITE ? " w" : kind == FaultQueue.READ ? " r" : " ?";
    return start("touch", tgid) + hex(page) + access;
  }

  /** The VMA [start, end) has an anon_vma. */
  static String anon(final int tgid, final long start, final long end) {
    return start("anon", tgid) + hex(start) + "-" + hex(end);
  }

  /** A stack-like VMA that ends at {@code end} was found to start at {@code start}. */
  static String grow(final int tgid, final long start, final long end) {
    return start("grow", tgid) + hex(start) + " " + hex(end);
  }

  /** Records of faults were lost. */
  static String lost(final int tgid, final long count) {
    return start("lost", tgid) + "faults=" + count;
  }

  private static String start(final String kind, final int tgid) {
    return "# vmarea " + kind + " " + tgid + " ";
  }

  private static String hex(final long address) {
    return "0x" + Long.toHexString(address);
  }
}
