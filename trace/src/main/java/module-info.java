// SPDX-License-Identifier: Apache-2.0

/** Recordings of real programs: read, written, replayed, compared. Runs on any operating system. */
module dev.vmarea.trace {
  requires static org.jspecify;
  requires transitive dev.vmarea;
  requires transitive dev.vmarea.drivers;

  exports dev.vmarea.trace.evidence;
  exports dev.vmarea.trace.json;
  exports dev.vmarea.trace.pagetable;
  exports dev.vmarea.trace.procmaps;
  exports dev.vmarea.trace.replay;
  exports dev.vmarea.trace.strace;
  exports dev.vmarea.trace.text;
}
