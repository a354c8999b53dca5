// SPDX-License-Identifier: Apache-2.0

/** The real kernel as recorder and judge. The only module with native calls. */
module dev.vmarea.host {
  requires static org.jspecify;
  requires transitive dev.vmarea;
  requires transitive dev.vmarea.trace;
  requires dev.vmarea.testkit;
  requires java.management;
  requires jdk.unsupported;

  exports dev.vmarea.host.bench;
  exports dev.vmarea.host.evidence;
  exports dev.vmarea.host.fuzz;
  exports dev.vmarea.host.nativecalls;
  exports dev.vmarea.host.recorder;
  exports dev.vmarea.host.system;
}
