// SPDX-License-Identifier: Apache-2.0
/**
 * Which mappings of the traced processes were ever written: page faults in their order, and where
 * they are not to be had, the presence of anonymous pages. Linux merges two neighbours only if they
 * were not written apart, which no file shows, so a recording needs it.
 */
@NullMarked
package dev.vmarea.host.evidence;

import org.jspecify.annotations.NullMarked;
