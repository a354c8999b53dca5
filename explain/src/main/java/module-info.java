// SPDX-License-Identifier: Apache-2.0

/** Why an address space has so many mappings, and what would remove them. */
module dev.vmarea.explain {
  requires static org.jspecify;
  requires transitive dev.vmarea;
  requires transitive dev.vmarea.drivers;
  requires transitive dev.vmarea.trace;

  exports dev.vmarea.explain;
  exports dev.vmarea.explain.cause;
  exports dev.vmarea.explain.fleet;
  exports dev.vmarea.explain.history;
  exports dev.vmarea.explain.snapshot;
  exports dev.vmarea.explain.verdict;
  exports dev.vmarea.explain.whatif;
}
