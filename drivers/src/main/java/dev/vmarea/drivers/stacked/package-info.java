// SPDX-License-Identifier: Apache-2.0

/**
 * Files stacked on others, and what they have below them: files of a host, mapped by an old hook or
 * by its port, which a stacked file reaches from its own old hook. Any mount can be below: {@link
 * dev.vmarea.drivers.stacked.StackedMount}.
 */
@NullMarked
package dev.vmarea.drivers.stacked;

import org.jspecify.annotations.NullMarked;
