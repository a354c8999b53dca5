// SPDX-License-Identifier: Apache-2.0
/**
 * What the host and its processes tell of themselves: configuration that bears on mappings, the
 * layout of a process, its maps, and which open file is behind a descriptor. Only reads.
 */
@NullMarked
package dev.vmarea.host.system;

import org.jspecify.annotations.NullMarked;
