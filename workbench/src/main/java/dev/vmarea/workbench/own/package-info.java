// SPDX-License-Identifier: Apache-2.0
/**
 * Drivers of one's own: {@link dev.vmarea.workbench.own.OwnDrivers} finds them, as services or in a
 * file, and makes users of those that are only hooks.
 */
@NullMarked
package dev.vmarea.workbench.own;

import org.jspecify.annotations.NullMarked;
