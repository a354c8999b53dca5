// SPDX-License-Identifier: Apache-2.0
/** The real kernel as source and judge: ptrace recorder, evidence, host configuration. */
module dev.vmarea.host {
  requires static transitive org.jspecify;
  requires jdk.unsupported;

  exports dev.vmarea.host.nativecalls;
  exports dev.vmarea.host.recorder;
}
