// SPDX-License-Identifier: Apache-2.0
/** Tests of the evidence, most of them against the running kernel. */
@NullMarked
package dev.vmarea.host.evidence;

import org.jspecify.annotations.NullMarked;
