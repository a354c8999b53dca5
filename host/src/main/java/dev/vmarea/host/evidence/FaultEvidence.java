// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.SystemCall;

/**
 * The evidence gathered beside the calls of a traced program: which VMAs were write-faulted, in
 * which order, and which stacks grew.
 *
 * <p>The tracer calls it at its stops, all from one thread. "tgid" is the process id, "tid" is
 * nowhere needed. A process that was never announced is ignored. What a kernel or its permissions
 * do not offer is left out, never guessed; {@link #faultSource()} and {@link #presenceSource()} say
 * what there is.
 *
 * <p>Lines go to the sink in the order in which they belong before the line of the call that is
 * given: the tracer writes the line of a call after {@link #afterCall}.
 */
public interface FaultEvidence extends AutoCloseable {
  /**
   * Where faults come from: {@code "tracepoint"}, {@code "perf"} (read or write unknown), {@code
   * "none"}.
   */
  String faultSource();

  /**
   * Where presence comes from: {@code "pagemap_scan"}, {@code "pagemap"}, {@code "smaps"}, {@code
   * "none"}.
   */
  String presenceSource();

  /** Why a better source was not used, for people; empty when the best is in use. */
  String limitation();

  /**
   * Starts the stream of faults for a process that has one thread and is stopped, before it
   * executes the program. Its later threads and children are covered too.
   */
  void attach(int tgid);

  /**
   * At the entry stop of a call that bears on mappings, before it executes: writes what happened
   * since the last call of the same address space, then presence around the range of the call.
   *
   * @param arguments the six raw arguments
   */
  void beforeCall(int tgid, SystemCall call, long[] arguments, EvidenceSink sink);

  /**
   * At the exit stop of the same call.
   *
   * @param result the raw result, a negated errno on failure
   */
  void afterCall(int tgid, SystemCall call, long[] arguments, long result, EvidenceSink sink);

  /**
   * At the fork, vfork or clone event, the parent still inside its call, for a child that is
   * another process. Writes the parent's evidence, which the child inherits: so before the call's
   * line.
   *
   * @param sharesMemory true for CLONE_VM: the child uses the parent's address space
   */
  void forked(int parent, int child, boolean sharesMemory, EvidenceSink sink);

  /**
   * At the exec event: the process has a new address space. What was known of the old one is
   * dropped. Anonymous pages that it already has are to be taken from its smaps.
   */
  void executed(int tgid);

  /**
   * At the exit stop of the last thread, before the final map is read: the last faults and stack
   * growth.
   */
  void exiting(int tgid, EvidenceSink sink);

  /** The process is gone. */
  void exited(int tgid);

  /** Fault records lost so far because they were not read in time. */
  long lostFaults();

  /** Ends the stream and gives everything back. Idempotent. */
  @Override
  void close();

  /** The best evidence this host permits. Never fails: at worst nothing is gathered. */
  static FaultEvidence open() {
    return open(Sources.BEST);
  }

  /** Evidence from the sources named, or from lesser ones where the host does not permit them. */
  static FaultEvidence open(final Sources sources) {
    return HostEvidence.open(sources);
  }

  /**
   * The best source that may be tried, for each kind; for tests and for comparing sources.
   *
   * @param everyFault whether every fault is written, reads too, and not only those that change
   *     what is known of an area
   */
  record Sources(
      FaultKind faults, PresenceKind presence, boolean procmapQuery, boolean everyFault) {
    /** Those that change what is known of an area. */
    public Sources(
        final FaultKind faults, final PresenceKind presence, final boolean procmapQuery) {
      this(faults, presence, procmapQuery, false);
    }

    /** The same with every fault. */
    public Sources withEveryFault() {
      return new Sources(faults, presence, procmapQuery, true);
    }

    /** Everything may be tried. */
    public static final Sources BEST =
        new Sources(FaultKind.TRACEPOINT, PresenceKind.PAGEMAP_SCAN, true);
  }

  /** Sources of faults, best first. */
  enum FaultKind {
    /** The tracepoints of the page-fault exception: writes only, kernel accesses included. */
    TRACEPOINT("tracepoint"),
    /** The software event "page faults": read or write is not told. */
    PERF("perf"),
    /** No faults. */
    NONE("none");

    private final String text;

    FaultKind(final String text) {
      this.text = text;
    }

    /** As written into a recording. */
    public String text() {
      return text;
    }
  }

  /** Sources of presence, best first. */
  enum PresenceKind {
    /** The PAGEMAP_SCAN ioctl (Linux 6.7): tells the zero page apart. */
    PAGEMAP_SCAN("pagemap_scan"),
    /** The entries of /proc/PID/pagemap. */
    PAGEMAP("pagemap"),
    /** The Anonymous and Swap lines of /proc/PID/smaps. */
    SMAPS("smaps"),
    /** No presence. */
    NONE("none");

    private final String text;

    PresenceKind(final String text) {
      this.text = text;
    }

    /** As written into a recording. */
    public String text() {
      return text;
    }
  }
}
