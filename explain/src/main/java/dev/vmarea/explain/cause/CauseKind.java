// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

/** The causes that are told apart, the most telling first. */
enum CauseKind {
  HOLE("hole", "nothing is mapped between"),
  SPECIAL("special", "mappings of the kernel or of a device, which never merge"),
  GUARD("guard-pages", "guard pages (slivers without access)"),
  PROGRAM("program-segments", "the segments of programs and libraries"),
  DOUBLE_MAPPING("double-mapping", "memory that is mapped twice, to write and to execute"),
  MAPPED_TWICE("mapped-twice", "one file mapped twice in a row"),
  DELETED_FILES("deleted-files", "many deleted files"),
  MANY_FILES("many-files", "many files"),
  FILE_PIECES("file-pieces", "a file mapped in pieces that do not continue each other"),
  FILE_BESIDE("file-beside-memory", "a file beside anonymous memory"),
  RESERVATION("reserved-commit", "a reservation that is made accessible in pieces"),
  PROTECTION("protection-toggles", "protection that differs from piece to piece"),
  FLAGS("flags", "flags that differ from piece to piece"),
  SHARING("sharing", "private mappings beside shared ones"),
  NAMES("names", "different names of anonymous memory (PR_SET_VMA_ANON_NAME)"),
  POLICY("policy", "different memory policies (mbind)"),
  USERFAULT("userfault", "registered with different userfaultfds"),
  CLOSE_HOOK("close-hook", "drivers that forbid merging"),
  WRITTEN_APART("written-apart", "memory that was written before it met"),
  OPENED_TWICE("opened-twice", "one file opened more than once"),
  NO_OCCASION("no-occasion", "areas that could merge, but no call gave Linux a reason to look"),
  UNSEEN("unseen", "files mapped apart, though nothing that is shown differs");

  private final String id;
  private final String title;

  CauseKind(String id, String title) {
    this.id = id;
    this.title = title;
  }

  String id() {
    return id;
  }

  String title() {
    return title;
  }
}
