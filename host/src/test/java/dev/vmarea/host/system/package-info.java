// SPDX-License-Identifier: Apache-2.0
/** Tests of what the host and its processes tell. */
@NullMarked
package dev.vmarea.host.system;

import org.jspecify.annotations.NullMarked;
