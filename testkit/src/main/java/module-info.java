// SPDX-License-Identifier: Apache-2.0

/** Random calls, a naive model and a shrinker: what the property tests of the core stand on. */
module dev.vmarea.testkit {
  requires static org.jspecify;
  requires transitive dev.vmarea;

  exports dev.vmarea.testkit;
}
