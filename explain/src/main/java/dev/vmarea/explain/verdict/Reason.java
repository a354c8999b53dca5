// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import java.util.EnumSet;

/**
 * What sets two neighbours apart. Several may hold at once; the first of them in this order is the
 * one to name: with a hole between them nothing else matters.
 */
public enum Reason {
  /** Nothing is mapped between them. */
  HOLE("a hole"),
  /** A mapping of the kernel or of a device, which never merges. */
  SPECIAL("special mapping"),
  /** Different files, or a file and anonymous memory. */
  OBJECT("different files"),
  /** One is shared, the other private. */
  SHARING("private and shared"),
  /** Different permissions. */
  PROTECTION("different protection"),
  /** Different flags, apart from those. */
  FLAGS("different flags"),
  /** The second does not continue the first in the file. */
  OFFSET("offset does not continue"),
  /** Different names of anonymous memory. */
  NAME("different names"),
  /** Different memory policies. */
  POLICY("different memory policy"),
  /** Registered with different userfaultfds. */
  USERFAULT("different userfaultfd"),
  /** A callback of the driver forbids it. */
  CLOSE_HOOK("close callback"),
  /** Written before they met: each has its own identity of anonymous pages. */
  ANON_VMA("written apart"),
  /** One file, opened twice. */
  OPENED_TWICE("file opened twice"),
  /** Nothing any more, but no call since made the kernel look. */
  NO_OCCASION("no occasion to merge"),
  /** Nothing that the source tells. */
  UNSEEN("nothing that is shown");

  private final String words;

  Reason(String words) {
    this.words = words;
  }

  /** A few words for it. */
  public String words() {
    return words;
  }

  /** Its bit in a set kept as a number. */
  public int bit() {
    return 1 << ordinal();
  }

  /** The reasons in such a set. */
  public static EnumSet<Reason> of(int bits) {
    EnumSet<Reason> set = EnumSet.noneOf(Reason.class);
    for (Reason reason : values()) {
      if ((bits & reason.bit()) != 0) {
        set.add(reason);
      }
    }
    return set;
  }
}
