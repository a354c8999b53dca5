// SPDX-License-Identifier: Apache-2.0

/**
 * Traces of real programs: strace logs, {@code /proc/PID/maps} and {@code smaps}, read and written
 * on any operating system.
 */
module dev.vmarea.trace {
  requires static transitive org.jspecify;

  exports dev.vmarea.trace.evidence;
  exports dev.vmarea.trace.procmaps;
  exports dev.vmarea.trace.strace;
  exports dev.vmarea.trace.text;
}
