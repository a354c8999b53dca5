// SPDX-License-Identifier: Apache-2.0

/** The Linux memory-mapping subsystem: address spaces, their areas, and the calls on them. */
module dev.vmarea {
  requires static transitive org.jspecify;
}
