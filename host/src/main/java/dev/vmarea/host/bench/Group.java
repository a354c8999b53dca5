// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.Locale;

/** The groups of figures. */
public enum Group {
  CALLS("whole calls, all semantics on, against the running kernel's and a TreeMap of regions"),
  TREE("the tree of VMAs alone, against the kernel's own code in C"),
  LOOKUP("lookup by address"),
  GAPS("search for room, also where the only gap is at the far end"),
  GROWTH("what a call costs with 1,000,000 VMAs, against 1,000"),
  THREADS("readers beside a writer, each in a thread"),
  HOOKS("page tables of 1 GiB, and what a mmap hook costs"),
  MEMORY("loads, stores and copies through page tables"),
  FAULTS("faults, fork, and the check of all invariants"),
  MAPPING("the mapping benchmarks that gVisor publishes, against the running kernel"),
  HEAP("heap a VMA, with 1,000,000 of them"),
  MAPS("writing /proc/PID/maps text, against the kernel's"),
  IMPORT("reading an strace log, one thread"),
  STARTUP("./vmarea version, against java -version");

  private final String description;

  Group(String description) {
    this.description = description;
  }

  /** As the user types it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Half a sentence. */
  public String description() {
    return description;
  }
}
