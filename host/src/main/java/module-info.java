// SPDX-License-Identifier: Apache-2.0

/** The host kernel as recorder and judge. The only module with native calls. */
module dev.vmarea.host {
  requires static transitive org.jspecify;
  requires transitive dev.vmarea;
  requires transitive dev.vmarea.trace;
}
