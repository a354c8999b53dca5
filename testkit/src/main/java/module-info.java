// SPDX-License-Identifier: Apache-2.0

/** What tests of address spaces share: generated calls, shrinking, a naive model. */
module dev.vmarea.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.vmarea;
}
