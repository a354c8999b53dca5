// SPDX-License-Identifier: Apache-2.0

/**
 * What files that are stacked on others have below them: files of a host, mapped by an old hook or
 * by its port, which a stacked file reaches from its own old hook.
 */
@NullMarked
package dev.vmarea.drivers.stacked;

import org.jspecify.annotations.NullMarked;
